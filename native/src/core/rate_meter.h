// Payload rate over the last second, from a counter that is sampled now and then.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/clock.h"

namespace sls {

class RateMeter {
 public:
  // `totalBytes` since connect; call it regularly, with or without news, or the rate cannot fall.
  void sample(MonoMs nowMs, std::uint64_t totalBytes) {
    while (count_ > 1 && nowMs - at(1).ms >= kWindowMs) ++first_, --count_;
    if (count_ == kSlots) ++first_, --count_;
    at(count_++) = {nowMs, totalBytes};
  }

  double kbps() const {
    if (count_ < 2) return 0;
    const Point& from = points_[first_ % kSlots];
    const Point& to = points_[(first_ + count_ - 1) % kSlots];
    const auto spanMs = static_cast<double>(to.ms - from.ms);
    return spanMs <= 0 ? 0 : static_cast<double>(to.bytes - from.bytes) * 8.0 / spanMs;
  }

 private:
  static constexpr MonoMs kWindowMs = 1000;
  static constexpr std::size_t kSlots = 32;
  struct Point {
    MonoMs ms = 0;
    std::uint64_t bytes = 0;
  };
  Point& at(std::size_t offset) { return points_[(first_ + offset) % kSlots]; }

  std::array<Point, kSlots> points_{};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace sls
