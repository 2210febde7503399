// One thread, its sockets, the peers that the kernel keeps on them, and the streams those peers play. Nothing here is
// locked but the inbox and the sample: other threads post, the shard does.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/services.h"
#include "direct/io/egress.h"
#include "direct/io/ingress.h"
#include "direct/io/poller.h"
#include "direct/io/port.h"
#include "direct/shard/handshakes.h"
#include "direct/shard/player.h"
#include "direct/shard/publisher.h"
#include "direct/shard/unwrap_budget.h"
#include "direct/stream/shared_stream.h"
#include "direct/stream/stream_view.h"
#include "direct/syn_cookie.h"

namespace sls::direct {

class Shard;

// What all shards stand on. Owned by the transport, which outlives them.
struct ShardServices {
  Services& services;
  StreamHub& hub;
  const SynCookie& cookie;
  std::vector<std::unique_ptr<Shard>>& shards;
  bool isTimed = false;
};

class Shard {
 public:
  Shard(std::size_t index, ShardServices& shared);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Any thread; done at once, or when the shard has slept out.
  void postPort(const PortPtr& port);
  void postDecide(ConnectionId id, bool isAdmitted);
  void postClose(ConnectionId id, CloseReason reason);
  void postBatch(std::shared_ptr<const PacketBatch> batch);
  void postEnded(StreamPtr stream);
  void postTap(std::string streamKey, TapPtr tap);
  void sample(std::vector<ConnectionStats>& out) const;

  void start();
  void requestStop();
  // Closes every connection and joins the thread; idempotent.
  void stop();

 private:
  struct AddPort {
    std::weak_ptr<Port> port;
  };
  struct Decide {
    ConnectionId id;
    bool isAdmitted;
  };
  struct Close {
    ConnectionId id;
    CloseReason reason;
  };
  struct Ended {
    StreamPtr stream;
  };
  struct AddTap {
    std::string streamKey;
    TapPtr tap;
  };
  // A port as this shard has it.
  struct PortUse {
    std::weak_ptr<Port> port;
    int connections = 0;
    bool isPolled = false;  // Looked at now and then, instead of whenever something arrives.
  };
  using Command = std::variant<AddPort, Decide, Close, std::shared_ptr<const PacketBatch>, Ended, AddTap>;
  using Views = std::unordered_map<std::string, std::unique_ptr<StreamView>>;

  // shard.cc: the loop.
  void run();
  void turn();
  MonoUs nextDueUs(MonoUs nowUs) const;
  void post(Command command);
  void doCommands(MonoUs nowUs);
  void doPort(std::uint64_t portId);
  void pollPorts(MonoUs nowUs);
  void countOnPort(std::uint64_t portId, int change);

  // shard_packets.cc: datagrams in, packets to the players.
  void onDatagram(const PortPtr& port, const SocketAddress& from, Bytes packet, MonoUs nowUs);
  void onPublisherPacket(Publisher& publisher, Bytes packet, MonoUs nowUs);
  void onPublisherControl(Publisher& publisher, const ControlHeader& header, Bytes body, MonoUs nowUs);
  void onPlayerControl(Player& player, const ControlHeader& header, Bytes body, MonoUs nowUs);
  void queueNews(Publisher& publisher);
  void handOnNews(MonoUs nowUs);
  void take(const PacketBatch& batch, MonoUs nowUs);
  void schedule(StreamView& view, MonoUs nowUs);
  void flushDue(MonoUs nowUs);

  // shard_handshakes.cc: who comes in.
  void onHandshake(const PortPtr& port, const SocketAddress& from, Bytes packet, MonoUs nowUs);
  void sendTo(const Port& port, const SocketAddress& to, Bytes packet);
  bool answerAgain(const SocketAddress& from, const Handshake& request, MonoUs nowUs);
  void answer(const PortPtr& port, const ListenerView& listener, const SocketAddress& from,
              const Conclusion& conclusion, MonoUs nowUs);
  std::optional<RefuseReason> accept(const PortPtr& port, const ListenerView& listener, const SocketAddress& from,
                                     const Conclusion& conclusion, Booked& booked, MonoUs nowUs);
  IdentityPtr identityOf(const ListenerView& listener, Admitted admitted, const SocketAddress& from,
                         const Hello& hello, int latencyMs, const Unlocked& unlocked);
  std::uint32_t newSocketId();

  // shard_connections.cc: from attached to closed.
  void adopt(std::unique_ptr<Connection> owned, MonoUs nowUs);
  void attach(Connection& connection, MonoMs nowMs);
  bool attachPlayer(Player& player);
  // Nullptr: nobody publishes it.
  StreamView* watchedView(const std::string& streamKey);
  void doTap(const std::string& streamKey, TapPtr tap);
  // Once nobody on this shard wants the stream any more.
  void unwatchIfUnused(StreamView& view);
  void reportUnattached(const Connection& connection);
  void refuse(Connection& connection, RefuseReason reason, CloseReason closeReason);
  void close(Connection& connection, CloseReason reason);
  void leaveStream(Connection& connection, MonoMs nowMs);
  void doDecide(ConnectionId id, bool isAdmitted);
  void doEnded(const StreamPtr& stream);
  Connection* find(ConnectionId id);

  // shard_timers.cc: what time drives.
  void tickFast(MonoUs nowUs);
  void pumpTaps(MonoUs nowUs);
  void tick(MonoUs nowUs);
  void keepAlive(Connection& connection, MonoUs nowUs);
  void followRoutes();
  void takeRules(Publisher& publisher) const;
  std::optional<CloseReason> dueReason(Connection& connection, bool isSecond, MonoUs nowUs);
  std::optional<CloseReason> dueReason(Publisher& publisher, MonoMs nowMs);
  std::optional<CloseReason> dueReason(Player& player, bool isSecond, MonoUs nowUs);
  void refreshSample(MonoUs nowUs);

  const std::size_t index_;
  ShardServices& shared_;  // Passed by argument.
  Services& services_;     // Passed by argument.
  Poller poller_;

  std::mutex inboxMutex_;
  std::vector<Command> inbox_;  // Guarded by inboxMutex_.

  // This shard's thread only.
  Ingress ingress_;
  Egress egress_;
  UnwrapBudget unwraps_;
  std::unordered_map<std::uint64_t, PortUse> ports_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Connection>> connections_;  // By our socket ID.
  std::unordered_map<ConnectionId, Connection*> byId_;
  std::unordered_map<std::string, Connection*> byPeer_;  // By peerKey().
  std::vector<Publisher*> publishers_;
  Views views_;
  std::vector<StreamView*> pending_;  // Have a flush before them.
  std::vector<Publisher*> news_;        // Have packets that are not handed on yet.
  std::vector<PublisherRef> replaced_;  // Scratch of onPublisherPacket().
  std::shared_ptr<const RouteTable> routes_;
  int polledPorts_ = 0;
  MonoUs nextPollUs_ = 0;
  MonoUs nextFastTickUs_ = 0;
  MonoUs nextTickUs_ = 0;
  MonoUs nextSecondUs_ = 0;
  MonoUs sampledAtUs_ = 0;
  bool isSampleStale_ = false;
  bool hasMore_ = false;  // A socket was not read to its end.

  mutable std::mutex sampleMutex_;
  std::vector<ConnectionStats> sample_;  // Guarded by sampleMutex_.

  std::atomic<bool> isStopping_{false};
  std::thread thread_;
};

}  // namespace sls::direct
