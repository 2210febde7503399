// The part of the worker that time drives: silence, approvals that never came, slow players, ended streams, samples.
#include <optional>
#include <utility>
#include <vector>

#include "libsrt/worker.h"

namespace sls::libsrt {
namespace {

constexpr MonoMs kTickMs = 100;
constexpr MonoMs kSecondMs = 1000;
// From the accepted connection until its peer surely knows that it is connected.
constexpr MonoMs kHandshakeEndMs = 250;

}  // namespace

void Worker::tick(MonoMs nowMs) {
  nextTickMs_ = nowMs + kTickMs;
  const bool isSecond = nowMs >= nextSecondMs_;
  if (isSecond) nextSecondMs_ = nowMs + kSecondMs;
  followRoutes();
  std::vector<std::pair<Connection*, CloseReason>> closing;
  for (auto& [socket, connection] : connections_) {
    const auto reason = dueReason(*connection, isSecond, nowMs);
    if (reason) closing.emplace_back(connection.get(), *reason);
  }
  for (auto& [connection, reason] : closing) close(*connection, reason, nowMs);
  endStreams(nowMs);
  if (isSecond && index_ == 0) services_.outbox.flushCounted();
}

// The rules of a live publisher are those of the table in force.
void Worker::followRoutes() {
  auto routes = services_.routes.get();
  if (routes == routes_) return;
  routes_ = std::move(routes);
  for (auto& [socket, connection] : connections_) takeRules(*connection, *routes_);
}

void Worker::takeRules(Connection& connection, const RouteTable& routes) {
  const ConnectionIdentity& identity = connection.identity();
  if (identity.role != Role::Publish) return;
  const Route* route = routes.find(Role::Publish, identity.streamId);
  connection.rules = route == nullptr ? nullptr : route->rules;
}

// Why a connection must go now, if it must.
std::optional<CloseReason> Worker::dueReason(Connection& connection, bool isSecond, MonoMs nowMs) {
  if (connection.state == Connection::State::Parked && nowMs >= connection.parkedUntilMs) {
    refuse(connection, RefuseReason::Forbidden, CloseReason::Refused);
  }
  if (connection.state == Connection::State::Doomed) {
    return nowMs - connection.connectedAtMs >= kHandshakeEndMs ? std::optional(connection.doomReason) : std::nullopt;
  }
  if (connection.state == Connection::State::Parked) return std::nullopt;
  if (connection.identity().role == Role::Publish) {
    connection.refresh(nowMs);
    connection.stream->noteArrival(connection, connection.lastArrivalMs);
    connection.stream->notePolicy();
    const int idleTimeoutMs = connection.policy().idleTimeoutMs;
    const bool isIdle = idleTimeoutMs >= 0 && nowMs - connection.lastArrivalMs >= idleTimeoutMs;
    if (isIdle) return CloseReason::Idle;
    const bool isTooFast = connection.rateLimit.isExceeded(nowMs, connection.rate.kbps(), connection.rules.get());
    return isTooFast ? std::optional(CloseReason::Bitrate) : std::nullopt;
  }
  if (!isSecond) return std::nullopt;
  connection.refresh(nowMs);
  const bool isHopeless = connection.slowness.isHopeless(nowMs, connection.behindSinceMs, connection.counters.packets,
                                                         connection.packetsDropped());
  return isHopeless ? std::optional(CloseReason::Slow) : std::nullopt;
}

void Worker::endStreams(MonoMs nowMs) {
  for (auto entry = streams_.begin(); entry != streams_.end();) {
    Stream& stream = *entry->second;
    if (!stream.isOver(nowMs) || draining_.has(stream)) {
      ++entry;
      continue;
    }
    const std::vector<Session*> players = stream.players();
    for (Session* player : players) close(static_cast<Connection&>(*player), CloseReason::Idle, nowMs);
    stream.pumpTaps();
    entry = streams_.erase(entry);
  }
}

void Worker::refreshSample(MonoMs nowMs) {
  sampledAtMs_ = nowMs;
  isSampleStale_ = false;
  std::vector<ConnectionStats> fresh;
  fresh.reserve(connections_.size());
  for (auto& [socket, connection] : connections_) {
    if (connection->state != Connection::State::Attached) continue;
    connection->refresh(nowMs);
    ConnectionStats stats = connection->stats();
    if (connection->identity().role == Role::Play) {
      stats.ringBacklogBytes = connection->stream->backlogBytes(*connection);
    }
    fresh.push_back(std::move(stats));
  }
  const std::scoped_lock lock(sampleMutex_);
  sample_.swap(fresh);
}

}  // namespace sls::libsrt
