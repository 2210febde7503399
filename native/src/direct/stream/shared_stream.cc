#include "direct/stream/shared_stream.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sls::direct {
namespace {

constexpr std::uint64_t bitOf(std::size_t shard) { return std::uint64_t{1} << shard; }
// What a publisher's latency held back is still delivered when it is gone.
constexpr MonoMs kReleaseSlackMs = 50;

}  // namespace

StreamPtr StreamHub::attachPublisher(const std::string& key, PublisherRef publisher, int takeoverAfterMs,
                                     MonoMs nowMs) {
  const std::scoped_lock lock(mutex_);
  StreamPtr& stream = streams_[key];
  if (!stream) {
    stream = std::make_shared<SharedStream>(key);
    stream->live = registry_.add(key);
  }
  if (stream->publisher_.id != 0) {
    if (stream->live->isHeld(nowMs)) return nullptr;
    stream->retiring_.push_back(stream->publisher_);
  } else {
    stream->publisherLatencyMs = publisher.latencyMs;
  }
  stream->publisher_ = publisher;
  stream->holder = publisher.id;
  stream->live->takeoverAfterMs = takeoverAfterMs;
  stream->live->lastArrivalMs = nowMs;
  stream->live->hasPublisher = true;
  return stream;
}

std::vector<PublisherRef> StreamHub::takeOver(SharedStream& stream, ConnectionId id) {
  const std::scoped_lock lock(mutex_);
  if (stream.publisher_.id != id) return {};
  stream.writer = id;
  stream.publisherLatencyMs = stream.publisher_.latencyMs;
  return std::exchange(stream.retiring_, {});
}

void StreamHub::detachPublisher(SharedStream& stream, ConnectionId id, int lingerMs, MonoMs nowMs) {
  const std::scoped_lock lock(mutex_);
  if (stream.writer == id) stream.writer = 0;
  std::erase_if(stream.retiring_, [&](const PublisherRef& one) { return one.id == id; });
  if (stream.publisher_.id != id) return;
  if (!stream.retiring_.empty()) {
    // The newcomer went before its first packet: the one it was to replace is the publisher again.
    stream.publisher_ = stream.retiring_.back();
    stream.retiring_.pop_back();
    stream.holder = stream.publisher_.id;
    return;
  }
  stream.publisher_ = {};
  stream.holder = 0;
  stream.live->hasPublisher = false;
  const MonoMs heldBackMs = isTimed_ ? stream.publisherLatencyMs + kReleaseSlackMs : 0;
  stream.lingerUntilMs_ = nowMs + std::max<MonoMs>(lingerMs, heldBackMs);
}

StreamPtr StreamHub::watch(const std::string& key, std::size_t shard) {
  const std::scoped_lock lock(mutex_);
  const auto found = streams_.find(key);
  if (found == streams_.end()) return nullptr;
  found->second->watchers |= bitOf(shard);
  return found->second;
}

std::size_t StreamHub::shardForTap(const std::string& key) const {
  const std::scoped_lock lock(mutex_);
  const auto found = streams_.find(key);
  if (found == streams_.end()) return 0;
  const SharedStream& stream = *found->second;
  const std::size_t home = stream.publisher_.shard;
  const std::uint64_t watchers = stream.watchers;
  if (watchers == 0 || (watchers & bitOf(home)) != 0) return home;
  return static_cast<std::size_t>(std::countr_zero(watchers));
}

void StreamHub::unwatch(SharedStream& stream, std::size_t shard) { stream.watchers &= ~bitOf(shard); }

int StreamHub::publisherLatencyMs(const std::string& key) const {
  const std::scoped_lock lock(mutex_);
  const auto found = streams_.find(key);
  return found == streams_.end() ? 0 : found->second->publisherLatencyMs.load();
}

std::vector<StreamPtr> StreamHub::takeEnded(MonoMs nowMs) {
  const std::scoped_lock lock(mutex_);
  std::vector<StreamPtr> ended;
  for (auto entry = streams_.begin(); entry != streams_.end();) {
    const SharedStream& stream = *entry->second;
    if (stream.publisher_.id != 0 || nowMs < stream.lingerUntilMs_) {
      ++entry;
      continue;
    }
    registry_.remove(stream.key);
    ended.push_back(std::move(entry->second));
    entry = streams_.erase(entry);
  }
  return ended;
}

}  // namespace sls::direct
