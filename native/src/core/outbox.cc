#include "core/outbox.h"

#include <algorithm>
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

void Outbox::refused(const Refusal& refusal) {
  const std::scoped_lock lock(mutex_);
  RefusedEvent& counted = countedFor(refusal);
  if (counted.count++ == 0) {
    counted.listener = refusal.listener;
    counted.reason = refusal.reason;
  }
  counted.lastPeer = refusal.peer;
  counted.lastStreamId = refusal.streamId.substr(0, kMaxTextBytes);
  counted.latencyMs = refusal.latencyMs;
  counted.encryption = refusal.encryption;
}

RefusedEvent& Outbox::countedFor(const Refusal& refusal) {
  // The stream ID comes last: it may hold any byte.
  constexpr char kBetween = '\n';
  // Without the port: a client that tries again comes from another one.
  const std::string_view address = refusal.peer.substr(0, refusal.peer.rfind(':'));
  std::string key(1, static_cast<char>('a' + static_cast<int>(refusal.reason)));
  key.reserve(refusal.listener.size() + address.size() + std::min(refusal.streamId.size(), kMaxTextBytes) + 3);
  key.append(refusal.listener).append(1, kBetween).append(address).append(1, kBetween);
  key.append(refusal.streamId.substr(0, kMaxTextBytes));
  const auto found = refusals_.find(key);
  if (found != refusals_.end()) return found->second;
  if (refusals_.size() < kMaxCounted) return refusals_[std::move(key)];
  return otherRefusals_[{std::string(refusal.listener), refusal.reason}];
}

void Outbox::log(bool isError, std::string_view area, std::string_view text) {
  const std::scoped_lock lock(mutex_);
  const std::pair key{std::string(area), isError};
  const bool hasRoom = logs_.size() < kMaxCounted || logs_.contains(key);
  CountedLog& counted = logs_[hasRoom ? key : std::pair{std::string("other"), isError}];
  ++counted.count;
  counted.lastText = text.substr(0, kMaxTextBytes);
}

void Outbox::flushCounted() {
  std::unique_lock lock(mutex_);
  for (auto& [key, counted] : refusals_) append(std::move(counted));
  refusals_.clear();
  for (auto& [key, counted] : otherRefusals_) append(std::move(counted));
  otherRefusals_.clear();
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
