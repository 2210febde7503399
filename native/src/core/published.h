// A value that one thread replaces whole and others read: readers get a shared_ptr that stays valid.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace sls {

// A mutex instead of std::atomic<std::shared_ptr>: libstdc++ 12 hides its spin lock from TSan, and readers
// come once a handshake or once a tick, never once a packet.
template <typename T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> get() const {
    const std::scoped_lock lock(mutex_);
    return value_;
  }

  void set(std::shared_ptr<const T> value) {
    {
      const std::scoped_lock lock(mutex_);
      value_.swap(value);
    }
    // The old value dies here, outside the lock: a large table must not stall a handshake.
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace sls
