// The data plane as its owner sees it: tables, one transport, events out. Knows neither Node nor libsrt.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/options.h"
#include "core/services.h"
#include "core/transport.h"

namespace sls {

class Engine {
 public:
  // Throws EngineError ENGINE_ARGUMENT for a transport or relay mode that is not built in.
  Engine(EngineSpec spec, std::function<void()> wake);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // One thread (JavaScript's); after stop() each throws ENGINE_STOPPED.
  void open(const ListenerSpec& spec);
  bool close(const std::string& listenerName);
  bool configure(const std::string& listenerName, const ListenerPolicy& policy);
  void setRoutes(std::uint64_t version, std::vector<Route> routes);
  void changeRoutes(std::uint64_t version, const std::vector<RouteName>& gone, std::vector<Route> put);
  // Throws EngineError ENGINE_ARGUMENT for a secret that is too short.
  void setTokens(const TokenSpec& spec);
  bool decide(ConnectionId id, bool isAdmitted);
  bool kick(ConnectionId id);
  // The reader's end of a tap: what is published comes out of it from now on, and what little is kept of before. Throws
  // EngineError STREAM_NOT_LIVE, TAP_LIMIT.
  Descriptor tap(const std::string& streamKey);
  const TapTotals& tapTotals() const;
  void drain();
  Snapshot snapshot() const;
  void beginStop();

  // Any thread, any number of times, also without beginStop().
  void stop();
  std::vector<Event> takeEvents() { return services_.outbox.take(); }

 private:
  Transport& running() const;

  Services services_;
  std::unique_ptr<Transport> transport_;
  std::mutex stopMutex_;
  std::atomic<bool> isStopping_{false};
  bool isDraining_ = false;  // JavaScript thread only.
  bool isStopped_ = false;   // Guarded by stopMutex_.
};

}  // namespace sls
