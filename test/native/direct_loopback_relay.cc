#include "direct_loopback_relay.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "direct/io/udp_socket.h"

namespace sls::test {
namespace {

constexpr int kPortTries = 20;

int freePort() {
  const auto socket = direct::UdpSocket::bound("127.0.0.1", 0, false);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  // Casts: what the socket API takes.
  if (getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) throw EngineError("TEST", "no port");
  return ntohs(address.sin_port);
}

EngineSpec direct(EngineSpec spec) {
  if (spec.transport.empty()) spec.transport = "direct";
  if (spec.relayMode.empty()) spec.relayMode = "cut_through";
  spec.snapshotIntervalMs = 50;
  // A test's thread that lags asks for the same packet many times.
  spec.maxRexmitPercent = 0;
  return spec;
}

}  // namespace

LoopbackRelay::LoopbackRelay(EngineSpec spec, const ListenerPolicy& policy)
    : services_(direct(std::move(spec)), [] {}), policy_(policy), transport_(makeDirectTransport(services_)) {
  openSomewhere(Role::Publish);
  openSomewhere(Role::Play);
  services_.isOpen = true;
}

LoopbackRelay::~LoopbackRelay() { transport_->stop(); }

void LoopbackRelay::addStream(const std::string& key, const std::string& passphrase) {
  auto rules = std::make_shared<RouteRules>();
  rules->passphrase = passphrase;
  routes_.push_back({Role::Publish, "pub-" + key, key, rules});
  routes_.push_back({Role::Play, "play-" + key, key, rules});
  services_.routes.set(std::make_shared<const RouteTable>(++routesVersion_, routes_));
}

ListenerSpec LoopbackRelay::specOf(Role role) const {
  ListenerSpec spec;
  spec.policy = policy_;
  spec.name = listenerName(role);
  spec.role = role;
  spec.host = "127.0.0.1";
  spec.port = role == Role::Publish ? publishPort_ : playPort_;
  return spec;
}

void LoopbackRelay::openSomewhere(Role role) {
  for (int left = kPortTries;; --left) {
    (role == Role::Publish ? publishPort_ : playPort_) = freePort();
    try {
      return open(role);
    } catch (const EngineError&) {
      // Somebody else was faster.
      if (left == 0) throw;
    }
  }
}

void LoopbackRelay::open(Role role) { transport_->open(specOf(role)); }

bool LoopbackRelay::close(Role role) { return transport_->close(listenerName(role)); }

const std::vector<Event>& LoopbackRelay::events() {
  for (;;) {
    const auto batch = services_.outbox.take();
    if (batch.empty()) return events_;
    events_.insert(events_.end(), batch.begin(), batch.end());
  }
}

const ConnectionIdentity* LoopbackRelay::identityOf(const std::string& peer) {
  for (const Event& event : events()) {
    const IdentityPtr* identity = nullptr;
    if (const auto* connected = std::get_if<ConnectedEvent>(&event.body)) identity = &connected->identity;
    if (const auto* wanted = std::get_if<ApprovalWantedEvent>(&event.body)) identity = &wanted->identity;
    if (identity != nullptr && (*identity)->peer == peer) return identity->get();
  }
  return nullptr;
}

std::optional<ConnectionId> LoopbackRelay::idOf(const std::string& peer) {
  const ConnectionIdentity* identity = identityOf(peer);
  return identity == nullptr ? std::nullopt : std::optional(identity->id);
}

std::optional<CloseReason> LoopbackRelay::closeReason(const std::string& peer) {
  const auto id = idOf(peer);
  for (const Event& event : events()) {
    const auto* closed = std::get_if<DisconnectedEvent>(&event.body);
    if (closed != nullptr && closed->id == id) return closed->reason;
  }
  return std::nullopt;
}

std::ptrdiff_t LoopbackRelay::closedCount(CloseReason reason) {
  return std::ranges::count_if(events(), [&](const Event& event) {
    const auto* closed = std::get_if<DisconnectedEvent>(&event.body);
    return closed != nullptr && closed->reason == reason;
  });
}

std::vector<std::string> LoopbackRelay::endings() {
  std::map<ConnectionId, std::string> peers;
  std::vector<std::string> lines;
  for (const Event& event : events()) {
    if (const auto* connected = std::get_if<ConnectedEvent>(&event.body)) {
      peers[connected->identity->id] = connected->identity->peer;
    }
    if (const auto* closed = std::get_if<DisconnectedEvent>(&event.body)) {
      lines.push_back("relay: " + peers[closed->id] + " closed as " + std::string(toText(closed->reason)) + " after " +
                      std::to_string(closed->durationMs) + " ms");
    }
    if (const auto* fault = std::get_if<FaultEvent>(&event.body)) lines.push_back("relay: " + fault->message);
  }
  return lines;
}

std::size_t LoopbackRelay::refusedCount(RefuseReason reason) {
  std::size_t count = 0;
  for (const Event& event : events()) {
    const auto* refused = std::get_if<RefusedEvent>(&event.body);
    if (refused != nullptr && refused->reason == reason) count += refused->count;
  }
  return count;
}

std::vector<ConnectionStats> LoopbackRelay::sample() const {
  std::vector<ConnectionStats> stats;
  transport_->sample(stats);
  return stats;
}

}  // namespace sls::test
