#include "libsrt/worker.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <utility>

#include "core/error.h"

namespace sls::libsrt {
namespace {

// A data event wakes the worker at once; only commands wait for the end of a turn.
constexpr int kTurnMs = 10;
constexpr MonoMs kTickMs = 100;
constexpr MonoMs kSecondMs = 1000;
// After connects and disconnects the sample is refreshed at once, but not more often than this.
constexpr MonoMs kSampleFloorMs = 20;
// How long a connection may take from its admission in the handshake to the listener's queue.
constexpr MonoMs kHandshakeMs = 1000;
// From the accepted connection until its peer surely knows that it is connected.
constexpr MonoMs kHandshakeEndMs = 250;
// Refusals are reported once a second also while nothing is live.
constexpr int kRestMs = 250;
constexpr int kErrorOnly = static_cast<int>(SRT_EPOLL_ERR);
constexpr int kReadable = static_cast<int>(SRT_EPOLL_IN) | kErrorOnly;
constexpr int kWritable = static_cast<int>(SRT_EPOLL_OUT) | kErrorOnly;

}  // namespace

Worker::Worker(std::size_t index, Services& services, OnAcceptable onAcceptable)
    : index_(index), services_(services), onAcceptable_(std::move(onAcceptable)), epoll_(srt_epoll_create()) {
  if (epoll_ == SRT_ERROR) throw EngineError("SRT_OPTION", std::string("no epoll: ") + srt_getlasterror_str());
  srt_epoll_set(epoll_, SRT_EPOLL_ENABLE_EMPTY);
}

Worker::~Worker() {
  stop();
  srt_epoll_release(epoll_);
}

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::requestStop() {
  {
    const std::scoped_lock lock(mailboxMutex_);
    isStopping_ = true;
  }
  mailboxNews_.notify_one();
}

void Worker::stop() {
  requestStop();
  if (thread_.joinable()) thread_.join();
}

void Worker::post(Command command) {
  {
    const std::scoped_lock lock(mailboxMutex_);
    mailbox_.push_back(std::move(command));
  }
  mailboxNews_.notify_one();
}

void Worker::postAdopt(Accepted accepted) { post(Adopt{std::move(accepted)}); }

void Worker::postDecide(ConnectionId id, bool isAdmitted) { post(Decide{id, isAdmitted}); }

void Worker::postKick(ConnectionId id) { post(Kick{id}); }

void Worker::expectConnection() {
  {
    const std::scoped_lock lock(mailboxMutex_);
    awakeUntilMs_ = monoNowMs() + kHandshakeMs;
  }
  mailboxNews_.notify_one();
}

void Worker::watchListener(SRTSOCKET listener) {
  const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;
  if (srt_epoll_add_usock(epoll_, listener, &events) == SRT_ERROR) {
    throw EngineError("SRT_BIND", std::string("the listener cannot be watched: ") + srt_getlasterror_str());
  }
}

void Worker::sample(std::vector<ConnectionStats>& out) const {
  const std::scoped_lock lock(sampleMutex_);
  out.insert(out.end(), sample_.begin(), sample_.end());
}

void Worker::run() {
  pthread_setname_np(pthread_self(), ("sls worker " + std::to_string(index_)).c_str());
  try {
    while (!isStopping_) {
      restWhileIdle();
      turn();
    }
  } catch (const std::exception& error) {
    services_.outbox.push(FaultEvent{"WORKER_DIED", error.what()});
  }
  const MonoMs nowMs = monoNowMs();
  while (!connections_.empty()) close(*connections_.begin()->second, CloseReason::Stopping, nowMs);
  draining_.clear();
  streams_.clear();
  refreshSample(nowMs);
  if (index_ == 0) services_.outbox.flushCounted();
}

// With nothing to carry, libsrt's own epoll would wake this thread a hundred times a second for nothing.
void Worker::restWhileIdle() {
  if (!connections_.empty() || !streams_.empty()) return;
  std::unique_lock lock(mailboxMutex_);
  mailboxNews_.wait_for(lock, std::chrono::milliseconds(kRestMs), [this] {
    return isStopping_ || !mailbox_.empty() || awakeUntilMs_ > monoNowMs();
  });
}

void Worker::turn() {
  std::array<SRT_EPOLL_EVENT, 256> ready;  // NOLINT: filled by libsrt.
  const int size = static_cast<int>(ready.size());
  // It returns size + 1 when more is ready than fits, and -1 on a time-out.
  const int count = std::min(srt_epoll_uwait(epoll_, ready.data(), size, kTurnMs), size);
  const MonoMs nowMs = monoNowMs();
  for (int i = 0; i < count; ++i) doSocket(ready[static_cast<std::size_t>(i)], nowMs);
  // After the sockets: what they accepted is adopted in the same turn.
  doCommands(nowMs);
  draining_.poll(nowMs, touched_);
  pumpTouched(nowMs);
  if (nowMs >= nextTickMs_) tick(nowMs);
  const MonoMs sampleAgeMs = nowMs - sampledAtMs_;
  if (sampleAgeMs >= (isSampleStale_ ? kSampleFloorMs : services_.spec.snapshotIntervalMs)) refreshSample(nowMs);
}

void Worker::doCommands(MonoMs nowMs) {
  std::vector<Command> commands;
  {
    const std::scoped_lock lock(mailboxMutex_);
    commands.swap(mailbox_);
  }
  for (Command& command : commands) {
    if (auto* adopt = std::get_if<Adopt>(&command)) doAdopt(std::move(adopt->accepted), nowMs);
    if (const auto* decide = std::get_if<Decide>(&command)) doDecide(decide->id, decide->isAdmitted, nowMs);
    if (const auto* kick = std::get_if<Kick>(&command)) doKick(kick->id, nowMs);
  }
}

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
  const ListenerPolicy policy = connection.policy();
  const int events = connection.identity().role == Role::Publish ? kReadable : kErrorOnly;
  srt_epoll_add_usock(epoll_, socket, &events);
  if (!connection.isConnected()) {
    // It broke before it was watched, and libsrt will never say so again.
    services_.outbox.push(ConnectedEvent{connection.sharedIdentity()});
    close(connection, CloseReason::Peer, nowMs);
    return;
  }
  if (policy.latencyMaxMs > 0 && connection.identity().latencyMs > policy.latencyMaxMs) {
    services_.outbox.push(ConnectedEvent{connection.sharedIdentity()});
    doom(connection, CloseReason::Latency);
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
  isSampleStale_ = true;
  services_.outbox.push(ConnectedEvent{connection.sharedIdentity()});
}

void Worker::refuse(Connection& connection, RefuseReason reason, CloseReason closeReason) {
  const ConnectionIdentity& identity = connection.identity();
  services_.outbox.refused(identity.listener, reason, identity.peer, identity.streamId);
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

void Worker::watch(Connection& connection, int events) {
  const bool wantsWrite = events == kWritable;
  if (connection.isWriteArmed == wantsWrite) return;
  connection.isWriteArmed = wantsWrite;
  srt_epoll_update_usock(epoll_, connection.socketId(), &events);
}

void Worker::tick(MonoMs nowMs) {
  nextTickMs_ = nowMs + kTickMs;
  const bool isSecond = nowMs >= nextSecondMs_;
  if (isSecond) nextSecondMs_ = nowMs + kSecondMs;
  std::vector<std::pair<Connection*, CloseReason>> closing;
  for (auto& [socket, connection] : connections_) {
    const auto reason = dueReason(*connection, isSecond, nowMs);
    if (reason) closing.emplace_back(connection.get(), *reason);
  }
  for (auto& [connection, reason] : closing) close(*connection, reason, nowMs);
  endStreams(nowMs);
  if (isSecond && index_ == 0) services_.outbox.flushCounted();
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
    return isIdle ? std::optional(CloseReason::Idle) : std::nullopt;
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
