// One thread, one srt epoll, and the streams that live on it. Nothing here is locked but the mailbox and the
// sample: other threads post, the worker does.
#pragma once

#include <srt/srt.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/services.h"
#include "core/stream.h"
#include "libsrt/connection.h"
#include "libsrt/draining.h"

namespace sls::libsrt {

class Worker {
 public:
  // `onAcceptable` is called on this worker's thread when one of the watched listeners has a connection waiting.
  using OnAcceptable = std::function<void(SRTSOCKET listener)>;
  Worker(std::size_t index, Services& services, OnAcceptable onAcceptable);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Any thread; done at the next turn, at most kTurnMs later.
  void postAdopt(Accepted accepted);
  void postDecide(ConnectionId id, bool isAdmitted);
  void postKick(ConnectionId id);
  void postTap(std::string streamKey, TapPtr tap);
  // Any thread, at once.
  void watchListener(SRTSOCKET listener);
  // Any thread: a connection is about to become acceptable, so don't rest.
  void expectConnection();
  void sample(std::vector<ConnectionStats>& out) const;

  void start();
  void requestStop();
  // Closes every connection and joins the thread; idempotent.
  void stop();

 private:
  struct Adopt {
    Accepted accepted;
  };
  struct Decide {
    ConnectionId id;
    bool isAdmitted;
  };
  struct Kick {
    ConnectionId id;
  };
  struct AddTap {
    std::string streamKey;
    TapPtr tap;
  };
  using Command = std::variant<Adopt, Decide, Kick, AddTap>;
  using Connections = std::unordered_map<SRTSOCKET, std::unique_ptr<Connection>>;

  void run();
  void turn();
  void restWhileIdle();
  void post(Command command);
  void doCommands(MonoMs nowMs);
  void doSocket(const SRT_EPOLL_EVENT& event, MonoMs nowMs);

  void doAdopt(Accepted accepted, MonoMs nowMs);
  void doDecide(ConnectionId id, bool isAdmitted, MonoMs nowMs);
  void doKick(ConnectionId id, MonoMs nowMs);
  void doTap(const std::string& streamKey, TapPtr tap);
  void attach(Connection& connection, MonoMs nowMs);
  void reportUnattached(const Connection& connection);
  void refuse(Connection& connection, RefuseReason reason, CloseReason closeReason);
  void doom(Connection& connection, CloseReason reason);
  void close(Connection& connection, CloseReason reason, MonoMs nowMs);
  void forget(Connection& connection, CloseReason reason, MonoMs nowMs);

  void readPublisher(Connection& connection, bool isBroken, MonoMs nowMs);
  // False: the connection is gone.
  bool readOne(Connection& connection, Stream& stream, MonoMs nowMs);
  void pumpTouched(MonoMs nowMs);
  void pumpTaps(MonoMs nowMs);
  void watch(Connection& connection, int events);

  void tick(MonoMs nowMs);
  void followRoutes();
  static void takeRules(Connection& connection, const RouteTable& routes);
  std::optional<CloseReason> dueReason(Connection& connection, bool isSecond, MonoMs nowMs);
  void endStreams(MonoMs nowMs);
  void refreshSample(MonoMs nowMs);

  Connection* find(ConnectionId id);
  Stream& streamOf(const std::string& key);

  const std::size_t index_;
  Services& services_;         // Passed by argument.
  OnAcceptable onAcceptable_;  // Passed by argument.
  const int epoll_;

  std::mutex mailboxMutex_;
  std::condition_variable mailboxNews_;
  std::vector<Command> mailbox_;  // Guarded by mailboxMutex_.
  MonoMs awakeUntilMs_ = 0;       // Guarded by mailboxMutex_.

  // Worker thread only.
  std::unordered_map<std::string, std::unique_ptr<Stream>> streams_;
  Connections connections_;
  Draining draining_;
  std::shared_ptr<const RouteTable> routes_;  // The one whose rules the connections have.
  std::vector<Stream*> touched_;              // Got a message in this turn.
  std::vector<Session*> blocked_;             // Scratch of pumpTouched().
  MonoMs nextTapsMs_ = 0;
  MonoMs nextTickMs_ = 0;
  MonoMs nextSecondMs_ = 0;
  MonoMs sampledAtMs_ = 0;
  bool isSampleStale_ = false;

  mutable std::mutex sampleMutex_;
  std::vector<ConnectionStats> sample_;  // Guarded by sampleMutex_.

  std::atomic<bool> isStopping_{false};
  std::thread thread_;
};

}  // namespace sls::libsrt
