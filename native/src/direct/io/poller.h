// What a shard sleeps on: its sockets, and a bell that other threads ring.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "direct/clock.h"

namespace sls::direct {

class Poller {
 public:
  // Throws EngineError SRT_BIND.
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // `key` is what wait() returns; not 0. A socket that is closed is forgotten by itself.
  void add(int fd, std::uint64_t key);
  // Whether wait() ends because of this socket, which was added with this key.
  void setWaking(int fd, std::uint64_t key, bool isWaking);
  // Any thread. The sleeper wakes, or does not fall asleep.
  void ring();
  // The keys of the sockets that can be read, at the latest after `timeoutUs`.
  std::span<const std::uint64_t> wait(MonoUs timeoutUs);

 private:
  static constexpr std::size_t kMaxReady = 64;
  int epoll_ = -1;
  int bell_ = -1;
  std::atomic<bool> isRinging_{false};
  std::array<std::uint64_t, kMaxReady> ready_{};
};

}  // namespace sls::direct
