// The part of the worker that knows connections: adopted, attached, read, refused, closed.
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "libsrt/worker.h"

namespace sls::libsrt {
namespace {

constexpr MonoMs kTapsMs = 10;
constexpr int kErrorOnly = static_cast<int>(SRT_EPOLL_ERR);
constexpr int kReadable = static_cast<int>(SRT_EPOLL_IN) | kErrorOnly;
constexpr int kWritable = static_cast<int>(SRT_EPOLL_OUT) | kErrorOnly;

}  // namespace

void Worker::doSocket(const SRT_EPOLL_EVENT& event, MonoMs nowMs) {
  const auto found = connections_.find(event.fd);
  if (found == connections_.end()) {
    onAcceptable_(event.fd);
    return;
  }
  Connection& connection = *found->second;
  const bool isBroken = (event.events & SRT_EPOLL_ERR) != 0;
  if (connection.identity().role == Role::Publish) {
    readPublisher(connection, isBroken, nowMs);
  } else if (isBroken) {
    close(connection, CloseReason::Peer, nowMs);
  } else if (connection.stream != nullptr && connection.stream->pumpOne(connection, nowMs)) {
    watch(connection, kErrorOnly);
  }
}

void Worker::doAdopt(Accepted accepted, MonoMs nowMs) {
  const SRTSOCKET socket = accepted.socket.id();
  auto owned = std::make_unique<Connection>(std::move(accepted), nowMs);
  Connection& connection = *owned;
  connections_.emplace(socket, std::move(owned));
  takeRules(connection, *services_.routes.get());
  const ListenerPolicy policy = connection.policy();
  const int events = connection.identity().role == Role::Publish ? kReadable : kErrorOnly;
  srt_epoll_add_usock(epoll_, socket, &events);
  if (!connection.isConnected()) {
    // It broke before it was watched, and libsrt will never say so again.
    reportUnattached(connection);
    close(connection, CloseReason::Peer, nowMs);
    return;
  }
  if (policy.latencyMaxMs > 0 && connection.identity().latencyMs > policy.latencyMaxMs) {
    reportUnattached(connection);
    refuse(connection, RefuseReason::Latency, CloseReason::Latency);
  } else if (policy.askApproval) {
    connection.parkedUntilMs = nowMs + policy.approvalTimeoutMs;
    services_.outbox.push(ApprovalWantedEvent{connection.sharedIdentity()});
  } else {
    attach(connection, nowMs);
  }
}

void Worker::doDecide(ConnectionId id, bool isAdmitted, MonoMs nowMs) {
  Connection* connection = find(id);
  if (connection == nullptr || connection->state != Connection::State::Parked) return;
  if (isAdmitted) {
    attach(*connection, nowMs);
  } else {
    refuse(*connection, RefuseReason::Forbidden, CloseReason::Refused);
  }
}

void Worker::doKick(ConnectionId id, MonoMs nowMs) {
  if (Connection* connection = find(id)) close(*connection, CloseReason::Kicked, nowMs);
}

// A stream that has ended meanwhile: the reader sees its end.
void Worker::doTap(const std::string& streamKey, TapPtr tap) {
  const auto found = streams_.find(streamKey);
  if (found != streams_.end()) found->second->attachTap(std::move(tap));
}

void Worker::attach(Connection& connection, MonoMs nowMs) {
  const ConnectionIdentity& identity = connection.identity();
  if (identity.role == Role::Play) {
    const auto found = streams_.find(identity.streamKey);
    if (found == streams_.end()) {
      refuse(connection, RefuseReason::NotLive, CloseReason::Refused);
      return;
    }
    connection.stream = found->second.get();
    connection.stream->attachPlayer(connection);
  } else {
    Stream& stream = streamOf(identity.streamKey);
    if (!stream.attachPublisher(connection, nowMs)) {
      refuse(connection, RefuseReason::DuplicatePublisher, CloseReason::Duplicate);
      return;
    }
    connection.stream = &stream;
  }
  connection.state = Connection::State::Attached;
  connection.booking.spendUse();
  isSampleStale_ = true;
  services_.outbox.push(ConnectedEvent{connection.sharedIdentity()});
}

// A connection that is about to be closed. Without its token: a use counts from 'connected' on, and this one is given
// back.
void Worker::reportUnattached(const Connection& connection) {
  if (connection.identity().tokenId.empty()) {
    services_.outbox.push(ConnectedEvent{connection.sharedIdentity()});
    return;
  }
  auto identity = std::make_shared<ConnectionIdentity>(connection.identity());
  identity->tokenId.clear();
  identity->tokenMaxUses = 0;
  identity->tokenExpiresAtS = 0;
  services_.outbox.push(ConnectedEvent{std::move(identity)});
}

void Worker::refuse(Connection& connection, RefuseReason reason, CloseReason closeReason) {
  const ConnectionIdentity& identity = connection.identity();
  const PeerEncryption encryption = identity.encrypted ? PeerEncryption::Encrypted : PeerEncryption::None;
  services_.outbox.refused(
      {identity.listener, reason, identity.peer, identity.streamId, identity.latencyMs, encryption});
  doom(connection, closeReason);
}

// A shutdown that overtakes the end of the handshake is lost on libsrt callers, and they wait 5 s for nothing.
void Worker::doom(Connection& connection, CloseReason reason) {
  connection.state = Connection::State::Doomed;
  connection.doomReason = reason;
}

void Worker::close(Connection& connection, CloseReason reason, MonoMs nowMs) {
  forget(connection, reason, nowMs);
  connections_.erase(connection.socketId());  // Ends the connection.
}

void Worker::forget(Connection& connection, CloseReason reason, MonoMs nowMs) {
  const ConnectionIdentity& identity = connection.identity();
  connection.refresh(nowMs);
  if (connection.stream != nullptr) connection.stream->detach(connection, nowMs);
  services_.registry.remove(identity.id);
  isSampleStale_ = true;
  const std::uint64_t bytes = std::max(connection.counters.bytes, connection.stats().bytes);
  services_.outbox.push(DisconnectedEvent{identity.id, reason, nowMs - connection.connectedAtMs, bytes});
}

void Worker::readPublisher(Connection& connection, bool isBroken, MonoMs nowMs) {
  if (connection.stream == nullptr) {
    // Parked: nobody may see this yet, and keeping it would burst out later.
    std::array<std::byte, Ring::kMaxMessageBytes> waste;  // NOLINT: filled by libsrt.
    while (connection.receive(waste) > 0) {
    }
    if (isBroken) close(connection, CloseReason::Peer, nowMs);
    return;
  }
  Stream& stream = *connection.stream;
  // One message an event: the epoll is level-triggered, and asking in vain costs libsrt an exception.
  if (readOne(connection, stream, nowMs) && !isBroken) return;
  const auto owned = connections_.find(connection.socketId());
  forget(connection, CloseReason::Peer, nowMs);
  std::unique_ptr<Connection> leaving = std::move(owned->second);
  connections_.erase(owned);
  // Closing a socket removes it from the epoll; this one stays open for a while, with its error event set.
  srt_epoll_remove_usock(epoll_, leaving->socketId());
  draining_.add(std::move(leaving), stream, nowMs);
}

bool Worker::readOne(Connection& connection, Stream& stream, MonoMs nowMs) {
  const int bytes = connection.receive(stream.claim());
  if (bytes <= 0) return bytes == 0;
  touched_.push_back(&stream);
  if (!draining_.isEmpty()) draining_.dropOf(stream);
  for (Session* retired : stream.commit(connection, static_cast<std::size_t>(bytes))) {
    close(static_cast<Connection&>(*retired), CloseReason::Replaced, nowMs);
  }
  return true;
}

void Worker::pumpTouched(MonoMs nowMs) {
  for (Stream* stream : touched_) stream->pump(nowMs, blocked_);
  touched_.clear();
  for (Session* session : blocked_) watch(static_cast<Connection&>(*session), kWritable);
  blocked_.clear();
}

// Apart from the players, who come first.
void Worker::pumpTaps(MonoMs nowMs) {
  nextTapsMs_ = nowMs + kTapsMs;
  for (auto& [key, stream] : streams_) stream->pumpTaps();
}

void Worker::watch(Connection& connection, int events) {
  const bool wantsWrite = events == kWritable;
  if (connection.isWriteArmed == wantsWrite) return;
  connection.isWriteArmed = wantsWrite;
  srt_epoll_update_usock(epoll_, connection.socketId(), &events);
}

Connection* Worker::find(ConnectionId id) {
  for (auto& [socket, connection] : connections_) {
    if (connection->identity().id == id) return connection.get();
  }
  return nullptr;
}

Stream& Worker::streamOf(const std::string& key) {
  std::unique_ptr<Stream>& stream = streams_[key];
  if (!stream) stream = std::make_unique<Stream>(key, services_.spec.ringBytes, services_.live);
  return *stream;
}

}  // namespace sls::libsrt
