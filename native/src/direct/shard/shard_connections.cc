// The part of the shard that knows connections: adopted, attached, refused, closed.
#include <algorithm>
#include <memory>
#include <utility>

#include "direct/shard/shard.h"

namespace sls::direct {
namespace {

// Held-back packets and players that ask late: this many times what the directive grants a libsrt stream.
constexpr std::size_t kStoreFactor = 16;

}  // namespace

void Shard::adopt(std::unique_ptr<Connection> owned, MonoUs nowUs) {
  Connection& connection = *owned;
  connection.lastHeardUs = connection.lastSentUs = nowUs;
  byId_[connection.identity->id] = &connection;
  byPeer_[peerKey(connection.target.address, connection.peerSocketId)] = &connection;
  connections_[connection.socketId] = std::move(owned);
  countOnPort(connection.portId(), 1);
  if (connection.identity->role == Role::Publish) {
    auto& publisher = static_cast<Publisher&>(connection);
    publishers_.push_back(&publisher);
    takeRules(publisher);
  }
  const ListenerPolicy policy = connection.policy();
  if (policy.latencyMaxMs > 0 && connection.identity->latencyMs > policy.latencyMaxMs) {
    reportUnattached(connection);
    refuse(connection, RefuseReason::Latency, CloseReason::Latency);
  } else if (policy.askApproval) {
    connection.parkedUntilMs = nowUs / 1000 + policy.approvalTimeoutMs;
    services_.outbox.push(ApprovalWantedEvent{connection.identity});
  } else {
    // The clock anew: whoever counted as silent for the handshake must not count as heard now.
    attach(connection, monoNowMs());
  }
}

void Shard::doDecide(ConnectionId id, bool isAdmitted) {
  Connection* connection = find(id);
  if (connection == nullptr || connection->state != Connection::State::Parked) return;
  if (isAdmitted) {
    attach(*connection, monoNowMs());
  } else {
    refuse(*connection, RefuseReason::Forbidden, CloseReason::Refused);
  }
}

void Shard::attach(Connection& connection, MonoMs nowMs) {
  const ConnectionIdentity& identity = *connection.identity;
  if (identity.role == Role::Play) {
    if (!attachPlayer(static_cast<Player&>(connection))) {
      refuse(connection, RefuseReason::NotLive, CloseReason::Refused);
      return;
    }
  } else {
    auto& publisher = static_cast<Publisher&>(connection);
    publisher.stream = shared_.hub.attachPublisher(identity.streamKey, {index_, identity.id, identity.latencyMs},
                                                   publisher.policy().takeoverAfterMs, nowMs);
    if (!publisher.stream) {
      refuse(connection, RefuseReason::DuplicatePublisher, CloseReason::Duplicate);
      return;
    }
  }
  connection.state = Connection::State::Attached;
  connection.booking.spendUse();
  isSampleStale_ = true;
  services_.outbox.push(ConnectedEvent{connection.identity});
}

bool Shard::attachPlayer(Player& player) {
  StreamView* view = watchedView(player.identity->streamKey);
  if (view == nullptr) return false;
  view->add(player.sender);
  view->noteLatency(player.identity->latencyMs);
  player.view = view;
  return true;
}

// A stream that has ended meanwhile: the reader sees its end.
void Shard::doTap(const std::string& streamKey, TapPtr tap) {
  if (StreamView* view = watchedView(streamKey)) view->addTap(std::move(tap));
}

StreamView* Shard::watchedView(const std::string& streamKey) {
  const StreamPtr stream = shared_.hub.watch(streamKey, index_);
  if (!stream) return nullptr;
  const auto found = views_.find(streamKey);
  // One of an ended stream of this name is on its way out.
  if (found != views_.end() && found->second->stream() != stream) doEnded(found->second->stream());
  std::unique_ptr<StreamView>& view = views_[streamKey];
  if (!view) view = std::make_unique<StreamView>(stream, shared_.isTimed, services_.spec.ringBytes * kStoreFactor);
  return view.get();
}

// A connection that is about to be closed. Without its token: a use counts from 'connected' on, and this one is given
// back.
void Shard::reportUnattached(const Connection& connection) {
  if (connection.identity->tokenId.empty()) {
    services_.outbox.push(ConnectedEvent{connection.identity});
    return;
  }
  auto identity = std::make_shared<ConnectionIdentity>(*connection.identity);
  identity->tokenId.clear();
  identity->tokenMaxUses = 0;
  identity->tokenExpiresAtS = 0;
  services_.outbox.push(ConnectedEvent{std::move(identity)});
}

// A shutdown that overtakes the end of the handshake is lost on libsrt callers, so the connection stays for a moment.
void Shard::refuse(Connection& connection, RefuseReason reason, CloseReason closeReason) {
  const ConnectionIdentity& identity = *connection.identity;
  const PeerEncryption encryption = identity.encrypted ? PeerEncryption::Encrypted : PeerEncryption::None;
  services_.outbox.refused(
      {identity.listener, reason, identity.peer, identity.streamId, identity.latencyMs, encryption});
  connection.state = Connection::State::Doomed;
  connection.doomReason = closeReason;
}

void Shard::close(Connection& connection, CloseReason reason) {
  const MonoUs nowUs = monoNowUs();
  const ConnectionIdentity& identity = *connection.identity;
  if (reason != CloseReason::Peer) connection.sendControl(egress_, {.type = ControlType::Shutdown}, {}, nowUs);
  // What a publisher has brought in this turn is not lost.
  handOnNews(nowUs);
  leaveStream(connection, nowUs / 1000);
  // It points to the connection's address.
  egress_.flush();
  services_.registry.remove(identity.id);
  isSampleStale_ = true;
  services_.outbox.push(
      DisconnectedEvent{identity.id, reason, nowUs / 1000 - connection.connectedAtMs, connection.bytes()});
  countOnPort(connection.portId(), -1);
  byId_.erase(identity.id);
  byPeer_.erase(peerKey(connection.target.address, connection.peerSocketId));
  connections_.erase(connection.socketId);
}

void Shard::leaveStream(Connection& connection, MonoMs nowMs) {
  if (connection.identity->role == Role::Publish) {
    auto& publisher = static_cast<Publisher&>(connection);
    std::erase(publishers_, &publisher);
    if (publisher.stream) {
      shared_.hub.detachPublisher(*publisher.stream, connection.identity->id, connection.policy().lingerMs, nowMs);
    }
    return;
  }
  auto& player = static_cast<Player&>(connection);
  if (player.view == nullptr) return;
  StreamView& view = *std::exchange(player.view, nullptr);
  view.remove(player.sender);
  unwatchIfUnused(view);
}

void Shard::unwatchIfUnused(StreamView& view) {
  if (!view.isEmpty()) return;
  egress_.flush();
  shared_.hub.unwatch(*view.stream(), index_);
  std::erase(pending_, &view);
  views_.erase(view.stream()->key);
}

void Shard::doEnded(const StreamPtr& stream) {
  std::vector<Connection*> players;
  for (auto& [id, connection] : connections_) {
    if (connection->identity->role != Role::Play) continue;
    const auto& player = static_cast<const Player&>(*connection);
    if (player.view != nullptr && player.view->stream() == stream) players.push_back(connection.get());
  }
  for (Connection* player : players) close(*player, CloseReason::Idle);
  const auto found = views_.find(stream->key);
  // With its last player the view has gone.
  if (found == views_.end() || found->second->stream() != stream) return;
  found->second->pumpTaps(monoNowUs());
  found->second->closeTaps();
  unwatchIfUnused(*found->second);
}

Connection* Shard::find(ConnectionId id) {
  const auto found = byId_.find(id);
  return found == byId_.end() ? nullptr : found->second;
}

}  // namespace sls::direct
