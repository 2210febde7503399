// The part of the shard that time drives: acknowledgements, silence, approvals that never came, slow players, ended
// streams, samples.
#include <algorithm>
#include <utility>
#include <vector>

#include "direct/shard/shard.h"

namespace sls::direct {
namespace {

// The interval of full acknowledgements (draft section 3.2.4).
constexpr MonoUs kFastTickUs = 10'000;
constexpr MonoUs kTickUs = 100'000;
constexpr MonoUs kSecondUs = 1'000'000;
// Draft section 3.2.3: a keepalive after a second of silence.
constexpr MonoUs kKeepaliveUs = 1'000'000;
// libsrt's default of SRTO_PEERIDLETIMEO.
constexpr MonoUs kPeerIdleUs = 5'000'000;
// From the accepted connection until its peer surely knows that it is connected.
constexpr MonoMs kHandshakeEndMs = 250;

}  // namespace

void Shard::tickFast(MonoUs nowUs) {
  nextFastTickUs_ = nowUs + kFastTickUs;
  for (Publisher* publisher : publishers_) {
    publisher->tick(nowUs);
    queueNews(*publisher);
  }
  for (auto& [key, view] : views_) view->tickFast(egress_, nowUs);
  pumpTaps(nowUs);
}

void Shard::pumpTaps(MonoUs nowUs) {
  std::vector<StreamView*> unused;
  for (auto& [key, view] : views_) {
    view->pumpTaps(nowUs);
    if (view->isEmpty()) unused.push_back(view.get());
  }
  for (StreamView* view : unused) unwatchIfUnused(*view);
}

void Shard::tick(MonoUs nowUs) {
  nextTickUs_ = nowUs + kTickUs;
  const bool isSecond = nowUs >= nextSecondUs_;
  if (isSecond) nextSecondUs_ = nowUs + kSecondUs;
  followRoutes();
  std::vector<std::pair<ConnectionId, CloseReason>> closing;
  for (auto& [id, connection] : connections_) {
    keepAlive(*connection, nowUs);
    if (const auto reason = dueReason(*connection, isSecond, nowUs)) {
      closing.emplace_back(connection->identity->id, *reason);
    }
  }
  for (const auto& [id, reason] : closing) {
    if (Connection* connection = find(id)) close(*connection, reason);
  }
  egress_.flush();
  for (auto& [key, view] : views_) view->trim(nowUs);
  if (index_ != 0) return;
  for (const StreamPtr& stream : shared_.hub.takeEnded(nowUs / 1000)) {
    for (auto& shard : shared_.shards) shard->postEnded(stream);
  }
  if (isSecond) services_.outbox.flushCounted();
}

void Shard::keepAlive(Connection& connection, MonoUs nowUs) {
  MonoUs lastSentUs = connection.lastSentUs;
  if (connection.identity->role == Role::Play) {
    auto& player = static_cast<Player&>(connection);
    lastSentUs = std::max(lastSentUs, player.sender.lastSentUs());
    const Bytes message = player.sender.dueKeyMessage(nowUs);
    if (!message.empty()) {
      const auto subtype = static_cast<std::uint16_t>(ExtensionType::KeyMaterialRequest);
      player.sendControl(egress_, {.type = ControlType::User, .subtype = subtype}, message, nowUs);
    }
  }
  if (nowUs - lastSentUs >= kKeepaliveUs) connection.sendControl(egress_, {.type = ControlType::Keepalive}, {}, nowUs);
}

// The rules of a live publisher are those of the table in force.
void Shard::followRoutes() {
  auto routes = services_.routes.get();
  if (routes == routes_) return;
  routes_ = std::move(routes);
  for (Publisher* publisher : publishers_) takeRules(*publisher);
}

void Shard::takeRules(Publisher& publisher) const {
  const auto routes = services_.routes.get();
  const Route* route = routes->find(Role::Publish, publisher.identity->streamId);
  publisher.rules = route == nullptr ? nullptr : route->rules;
}

// Why a connection must go now, if it must.
std::optional<CloseReason> Shard::dueReason(Connection& connection, bool isSecond, MonoUs nowUs) {
  const MonoMs nowMs = nowUs / 1000;
  if (nowUs - connection.lastHeardUs >= kPeerIdleUs) return CloseReason::Peer;
  if (connection.state == Connection::State::Parked && nowMs >= connection.parkedUntilMs) {
    refuse(connection, RefuseReason::Forbidden, CloseReason::Refused);
  }
  if (connection.state == Connection::State::Doomed) {
    return nowMs - connection.connectedAtMs >= kHandshakeEndMs ? std::optional(connection.doomReason) : std::nullopt;
  }
  if (connection.state == Connection::State::Parked) return std::nullopt;
  if (connection.identity->role == Role::Publish) return dueReason(static_cast<Publisher&>(connection), nowMs);
  return dueReason(static_cast<Player&>(connection), isSecond, nowUs);
}

std::optional<CloseReason> Shard::dueReason(Publisher& publisher, MonoMs nowMs) {
  publisher.refresh(nowMs);
  const ListenerPolicy policy = publisher.policy();
  const ConnectionId id = publisher.identity->id;
  if (publisher.stream->holder == id) publisher.stream->live->takeoverAfterMs = policy.takeoverAfterMs;
  const bool isIdle = policy.idleTimeoutMs >= 0 && nowMs - publisher.lastArrivalMs() >= policy.idleTimeoutMs;
  if (isIdle) return CloseReason::Idle;
  const bool isTooFast = publisher.rateLimit.isExceeded(nowMs, publisher.rate.kbps(), publisher.rules.get());
  return isTooFast ? std::optional(CloseReason::Bitrate) : std::nullopt;
}

std::optional<CloseReason> Shard::dueReason(Player& player, bool isSecond, MonoUs nowUs) {
  if (!isSecond) return std::nullopt;
  player.refresh(nowUs / 1000);
  const PlayerCounters& counters = player.sender.counters();
  const bool isHopeless = player.slowness.isHopeless(nowUs / 1000, player.sender.behindSinceUs() / 1000,
                                                     counters.packets, counters.dropped);
  return isHopeless ? std::optional(CloseReason::Slow) : std::nullopt;
}

void Shard::refreshSample(MonoUs nowUs) {
  sampledAtUs_ = nowUs;
  isSampleStale_ = false;
  std::vector<ConnectionStats> fresh;
  fresh.reserve(connections_.size());
  for (auto& [id, connection] : connections_) {
    if (connection->state != Connection::State::Attached) continue;
    connection->refresh(nowUs / 1000);
    ConnectionStats stats = connection->stats();
    if (shared_.isTimed && connection->identity->role == Role::Publish) {
      stats.bufferMs = static_cast<const Publisher&>(*connection).heldBackMs(nowUs);
    }
    fresh.push_back(std::move(stats));
  }
  const std::scoped_lock lock(sampleMutex_);
  sample_.swap(fresh);
}

}  // namespace sls::direct
