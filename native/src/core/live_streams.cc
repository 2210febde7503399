#include "core/live_streams.h"

namespace sls {

bool LiveStream::isHeld(MonoMs nowMs) const {
  if (!hasPublisher.load()) return false;
  const int takeoverAfter = takeoverAfterMs.load();
  return takeoverAfter < 0 || nowMs - lastArrivalMs.load() < takeoverAfter;
}

std::shared_ptr<const LiveStream> LiveStreams::find(std::string_view streamKey) const {
  const std::scoped_lock lock(mutex_);
  const auto found = streams_.find(streamKey);
  return found == streams_.end() ? nullptr : found->second;
}

std::shared_ptr<LiveStream> LiveStreams::add(const std::string& streamKey) {
  const std::scoped_lock lock(mutex_);
  std::shared_ptr<LiveStream>& stream = streams_[streamKey];
  if (!stream) stream = std::make_shared<LiveStream>();
  return stream;
}

void LiveStreams::remove(const std::string& streamKey) {
  const std::scoped_lock lock(mutex_);
  streams_.erase(streamKey);
}

}  // namespace sls
