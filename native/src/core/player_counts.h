// How many players use a stream ID now: asked by handshakes, counted from the accept to the end of the connection.
// It knows nothing of routes, so it outlives a change of the table.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/text_hash.h"

namespace sls {

class PlayerCounts {
 public:
  // `maxPlayers`: 0 = no limit.
  bool isFull(std::string_view streamId, int maxPlayers) const {
    if (maxPlayers == 0) return false;
    const std::scoped_lock lock(mutex_);
    const auto found = counts_.find(streamId);
    return found != counts_.end() && found->second >= maxPlayers;
  }

  // False: full.
  bool take(const std::string& streamId, int maxPlayers) {
    const std::scoped_lock lock(mutex_);
    int& count = counts_[streamId];
    if (maxPlayers > 0 && count >= maxPlayers) return false;
    ++count;
    return true;
  }

  void release(std::string_view streamId) {
    const std::scoped_lock lock(mutex_);
    const auto found = counts_.find(streamId);
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return counts_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, int, TextHash, std::equal_to<>> counts_;  // Guarded by mutex_; never 0.
};

}  // namespace sls
