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
// After connects and disconnects the sample is refreshed at once, but not more often than this.
constexpr MonoMs kSampleFloorMs = 20;
// How long a connection may take from its admission in the handshake to the listener's queue.
constexpr MonoMs kHandshakeMs = 1000;
// Refusals are reported once a second also while nothing is live.
constexpr int kRestMs = 250;

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

void Worker::postTap(std::string streamKey, TapPtr tap) { post(AddTap{std::move(streamKey), std::move(tap)}); }

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
  mailboxNews_.wait_for(lock, std::chrono::milliseconds(kRestMs),
                        [this] { return isStopping_ || !mailbox_.empty() || awakeUntilMs_ > monoNowMs(); });
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
  if (nowMs >= nextTapsMs_) pumpTaps(nowMs);
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
    if (auto* tap = std::get_if<AddTap>(&command)) doTap(tap->streamKey, std::move(tap->tap));
  }
}

}  // namespace sls::libsrt
