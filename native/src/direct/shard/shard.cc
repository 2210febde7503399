#include "direct/shard/shard.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace sls::direct {
namespace {

// With nobody here a shard looks after its counters only.
constexpr MonoUs kRestUs = 500'000;
// After connects and disconnects the sample is refreshed at once, but not more often than this.
constexpr MonoUs kSampleFloorUs = 20'000;
// With many peers on a port something arrives all the time, acknowledgements most of all. Then it is cheaper to look
// every so often and find a handful than to wake for each.
constexpr int kManyConnections = 24;
constexpr int kFewConnections = 12;
constexpr MonoUs kPollUs = 2'000;

UdpSend sendMode(const std::string& text) {
  if (text == "single") return UdpSend::Single;
  return text == "batch" ? UdpSend::Batch : UdpSend::Segment;
}

}  // namespace

Shard::Shard(std::size_t index, ShardServices& shared)
    : index_(index),
      shared_(shared),
      services_(shared.services),
      egress_(sendMode(shared.services.spec.udpSend), shared.services.outbox) {}

Shard::~Shard() { stop(); }

void Shard::start() {
  thread_ = std::thread([this] { run(); });
}

void Shard::requestStop() {
  isStopping_ = true;
  poller_.ring();
}

void Shard::stop() {
  requestStop();
  if (thread_.joinable()) thread_.join();
}

void Shard::post(Command command) {
  {
    const std::scoped_lock lock(inboxMutex_);
    inbox_.push_back(std::move(command));
  }
  poller_.ring();
}

void Shard::postPort(const PortPtr& port) { post(AddPort{port}); }

void Shard::postDecide(ConnectionId id, bool isAdmitted) { post(Decide{id, isAdmitted}); }

void Shard::postClose(ConnectionId id, CloseReason reason) { post(Close{id, reason}); }

void Shard::postBatch(std::shared_ptr<const PacketBatch> batch) { post(std::move(batch)); }

void Shard::postEnded(StreamPtr stream) { post(Ended{std::move(stream)}); }

void Shard::postTap(std::string streamKey, TapPtr tap) { post(AddTap{std::move(streamKey), std::move(tap)}); }

void Shard::sample(std::vector<ConnectionStats>& out) const {
  const std::scoped_lock lock(sampleMutex_);
  out.insert(out.end(), sample_.begin(), sample_.end());
}

void Shard::run() {
  pthread_setname_np(pthread_self(), ("sls shard " + std::to_string(index_)).c_str());
  try {
    while (!isStopping_) turn();
  } catch (const std::exception& error) {
    services_.outbox.push(FaultEvent{"WORKER_DIED", error.what()});
  }
  while (!connections_.empty()) close(*connections_.begin()->second, CloseReason::Stopping);
  egress_.flush();
  views_.clear();
  {
    // Taps that came too late, too.
    const std::scoped_lock lock(inboxMutex_);
    inbox_.clear();
  }
  refreshSample(monoNowUs());
  if (index_ == 0) services_.outbox.flushCounted();
}

void Shard::turn() {
  const MonoUs beforeUs = monoNowUs();
  const auto ready = poller_.wait(std::exchange(hasMore_, false) ? 0 : nextDueUs(beforeUs) - beforeUs);
  for (const std::uint64_t portId : ready) doPort(portId);
  if (polledPorts_ > 0) pollPorts(monoNowUs());
  const MonoUs nowUs = monoNowUs();
  handOnNews(nowUs);
  doCommands(nowUs);
  flushDue(nowUs);
  if (nowUs >= nextFastTickUs_) tickFast(nowUs);
  if (nowUs >= nextTickUs_) tick(nowUs);
  handOnNews(nowUs);
  egress_.flush();
  const MonoUs sampleAgeUs = nowUs - sampledAtUs_;
  if (sampleAgeUs >= (isSampleStale_ ? kSampleFloorUs : services_.spec.snapshotIntervalMs * MonoUs{1000})) {
    refreshSample(nowUs);
  }
}

MonoUs Shard::nextDueUs(MonoUs nowUs) const {
  MonoUs due = nowUs + kRestUs;
  if (!connections_.empty()) due = std::min(due, nextTickUs_);
  if (!publishers_.empty() || !views_.empty()) due = std::min(due, nextFastTickUs_);
  if (polledPorts_ > 0) due = std::min(due, nextPollUs_);
  if (isSampleStale_) due = std::min(due, sampledAtUs_ + kSampleFloorUs);
  for (const StreamView* view : pending_) due = std::min(due, view->flushDueUs);
  return std::max(due, nowUs);
}

void Shard::doPort(std::uint64_t portId) {
  const auto found = ports_.find(portId);
  if (found == ports_.end()) return;
  const PortPtr port = found->second.port.lock();
  if (!port) return;
  const MonoUs nowUs = monoNowUs();
  const bool isEmpty = ingress_.read(port->fd(index_), [&](const SocketAddress& from, Bytes packet) {
    onDatagram(port, from, packet, nowUs);
  });
  if (!isEmpty) hasMore_ = true;
}

void Shard::pollPorts(MonoUs nowUs) {
  // A turn may have another reason; what it finds now need not be looked for again at once.
  if (nowUs < nextPollUs_) return;
  nextPollUs_ = nowUs + kPollUs;
  std::vector<std::uint64_t> polled;
  for (const auto& [portId, use] : ports_) {
    if (use.isPolled) polled.push_back(portId);
  }
  for (const std::uint64_t portId : polled) doPort(portId);
}

void Shard::countOnPort(std::uint64_t portId, int change) {
  const auto found = ports_.find(portId);
  if (found == ports_.end()) return;
  PortUse& use = found->second;
  use.connections += change;
  const bool isPolled = use.connections >= (use.isPolled ? kFewConnections : kManyConnections);
  if (isPolled == use.isPolled) return;
  use.isPolled = isPolled;
  polledPorts_ += isPolled ? 1 : -1;
  if (const PortPtr port = use.port.lock()) poller_.setWaking(port->fd(index_), portId, !isPolled);
}

void Shard::doCommands(MonoUs nowUs) {
  std::vector<Command> commands;
  {
    const std::scoped_lock lock(inboxMutex_);
    commands.swap(inbox_);
  }
  for (Command& command : commands) {
    if (const auto* batch = std::get_if<std::shared_ptr<const PacketBatch>>(&command)) take(**batch, nowUs);
    if (const auto* add = std::get_if<AddPort>(&command)) {
      if (const PortPtr port = add->port.lock()) {
        std::erase_if(ports_, [](const auto& entry) { return entry.second.port.expired(); });
        ports_[port->id()].port = port;
        poller_.add(port->fd(index_), port->id());
      }
    }
    if (const auto* decide = std::get_if<Decide>(&command)) doDecide(decide->id, decide->isAdmitted);
    if (const auto* ended = std::get_if<Ended>(&command)) doEnded(ended->stream);
    if (auto* tap = std::get_if<AddTap>(&command)) doTap(tap->streamKey, std::move(tap->tap));
    if (const auto* closing = std::get_if<Close>(&command)) {
      if (Connection* connection = find(closing->id)) close(*connection, closing->reason);
    }
  }
}

}  // namespace sls::direct
