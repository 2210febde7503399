// Which streams are live, as far as a handshake has to know: shared by the workers (who write) and the
// handshake threads (who ask).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/clock.h"
#include "core/text_hash.h"

namespace sls {

// What a handshake sees of one stream. Written by the worker that owns the stream.
struct LiveStream {
  std::atomic<bool> hasPublisher{false};
  std::atomic<MonoMs> lastArrivalMs{0};
  std::atomic<int> takeoverAfterMs{-1};

  // True while a newcomer must be refused: the publisher is there and has not been silent for long enough.
  bool isHeld(MonoMs nowMs) const;
};

class LiveStreams {
 public:
  // Nullptr: nobody publishes it and nobody waits for its publisher's return.
  std::shared_ptr<const LiveStream> find(std::string_view streamKey) const;
  std::shared_ptr<LiveStream> add(const std::string& streamKey);
  void remove(const std::string& streamKey);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<LiveStream>, TextHash, std::equal_to<>> streams_;
};

}  // namespace sls
