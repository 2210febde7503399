// Which worker owns which connection: asked by calls from JavaScript, written by the workers.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "core/event.h"

namespace sls {

class ConnectionRegistry {
 public:
  ConnectionId nextId() { return ++lastId_; }

  void add(ConnectionId id, std::size_t worker) {
    const std::scoped_lock lock(mutex_);
    owners_[id] = worker;
    count_ = static_cast<int>(owners_.size());
  }

  void remove(ConnectionId id) {
    const std::scoped_lock lock(mutex_);
    owners_.erase(id);
    count_ = static_cast<int>(owners_.size());
  }

  std::optional<std::size_t> ownerOf(ConnectionId id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = owners_.find(id);
    return found == owners_.end() ? std::nullopt : std::optional(found->second);
  }

  int count() const { return count_; }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<ConnectionId, std::size_t> owners_;
  std::atomic<int> count_{0};
  std::atomic<ConnectionId> lastId_{0};
};

}  // namespace sls
