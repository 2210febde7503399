#include "core/outbox.h"

#include <utility>

#include "core/clock.h"

namespace sls {
namespace {
constexpr std::size_t kMaxTextBytes = 512;
}

Outbox::Outbox(std::function<void()> wake) : wake_(std::move(wake)) {}

void Outbox::push(decltype(Event::body) body) {
  std::unique_lock lock(mutex_);
  append(std::move(body));
  wakeIfNeeded(lock);
}

void Outbox::refused(std::string_view listener, RefuseReason reason, std::string_view peer, std::string_view streamId) {
  const std::scoped_lock lock(mutex_);
  Counted& counted = refusals_[{std::string(listener), reason}];
  ++counted.count;
  counted.lastPeer = peer;
  counted.lastText = streamId.substr(0, kMaxTextBytes);
}

void Outbox::log(bool isError, std::string_view area, std::string_view text) {
  const std::scoped_lock lock(mutex_);
  const std::pair key{std::string(area), isError};
  const bool hasRoom = logs_.size() < kMaxCounted || logs_.contains(key);
  Counted& counted = logs_[hasRoom ? key : std::pair{std::string("other"), isError}];
  ++counted.count;
  counted.lastText = text.substr(0, kMaxTextBytes);
}

void Outbox::flushCounted() {
  std::unique_lock lock(mutex_);
  for (auto& [key, counted] : refusals_) {
    append(
        RefusedEvent{key.first, key.second, counted.count, std::move(counted.lastPeer), std::move(counted.lastText)});
  }
  refusals_.clear();
  for (auto& [key, counted] : logs_) {
    append(LogEvent{key.second, key.first, std::move(counted.lastText), counted.count});
  }
  logs_.clear();
  wakeIfNeeded(lock);
}

std::vector<Event> Outbox::take() {
  const std::scoped_lock lock(mutex_);
  std::vector<Event> batch;
  while (!queue_.empty() && batch.size() < kMaxBatch) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (queue_.empty() && hasLostEvents_ && batch.size() < kMaxBatch) {
    hasLostEvents_ = false;
    batch.push_back(Event{++seq_, wallNowMs(), ResyncEvent{}});
  }
  if (batch.empty()) wakeInFlight_ = false;
  return batch;
}

std::uint64_t Outbox::lastSeq() const {
  const std::scoped_lock lock(mutex_);
  return seq_;
}

void Outbox::append(decltype(Event::body) body) {
  // As soon as there is room for both: under a steady load the queue may never be empty.
  if (hasLostEvents_ && queue_.size() + 1 < kMaxQueued) {
    hasLostEvents_ = false;
    queue_.push_back(Event{++seq_, wallNowMs(), ResyncEvent{}});
  }
  ++seq_;
  if (queue_.size() >= kMaxQueued) {
    hasLostEvents_ = true;
    return;
  }
  queue_.push_back(Event{seq_, wallNowMs(), std::move(body)});
}

void Outbox::wakeIfNeeded(std::unique_lock<std::mutex>& lock) {
  if (wakeInFlight_ || (queue_.empty() && !hasLostEvents_)) return;
  wakeInFlight_ = true;
  lock.unlock();
  wake_();
}

}  // namespace sls
