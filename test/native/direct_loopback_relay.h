// The direct transport with two ports on loopback, as its owner has it: routes and calls in, events out.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/services.h"
#include "core/transport.h"

namespace sls::test {

class LoopbackRelay {
 public:
  // Cut-through and the direct transport unless `spec` says otherwise. `policy`: of both ports. Ports that are free at
  // the moment are found by trying.
  explicit LoopbackRelay(EngineSpec spec, const ListenerPolicy& policy = {});
  ~LoopbackRelay();
  LoopbackRelay(const LoopbackRelay&) = delete;
  LoopbackRelay& operator=(const LoopbackRelay&) = delete;

  // Stream `key` is published as 'pub-KEY' and played as 'play-KEY'. The rules are those of both routes.
  void addStream(const std::string& key, const std::string& passphrase = "");

  int publishPort() const { return publishPort_; }
  int playPort() const { return playPort_; }
  // Closed and opened again with the same port. Throws EngineError.
  void open(Role role);
  bool close(Role role);
  static std::string listenerName(Role role) { return role == Role::Publish ? "publish" : "play"; }

  Transport& transport() { return *transport_; }
  Services& services() { return services_; }

  // Every event so far, in order.
  const std::vector<Event>& events();
  // Who connected, or waits for an approval, from this 'address:port'. Empty: nobody yet.
  std::optional<ConnectionId> idOf(const std::string& peer);
  // Why the connection from there has ended. Empty: it has not.
  std::optional<CloseReason> closeReason(const std::string& peer);
  // How many connections have ended for this reason.
  std::ptrdiff_t closedCount(CloseReason reason);
  // Every end of a connection and every fault, in words.
  std::vector<std::string> endings();
  std::size_t refusedCount(RefuseReason reason);
  // By the last samples of all shards.
  std::vector<ConnectionStats> sample() const;
  int connectionCount() const { return services_.registry.count(); }

 private:
  ListenerSpec specOf(Role role) const;
  const ConnectionIdentity* identityOf(const std::string& peer);
  void openSomewhere(Role role);

  Services services_;
  ListenerPolicy policy_;
  std::vector<Route> routes_;
  std::uint64_t routesVersion_ = 0;
  int publishPort_ = 0;
  int playPort_ = 0;
  std::vector<Event> events_;
  std::unique_ptr<Transport> transport_;
};

}  // namespace sls::test
