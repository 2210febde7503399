// What one player may be sent again, in proportion to what it is sent at first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace sls::direct {

class ResendBudget {
 public:
  // `percent` of the first sendings; 0 = no limit.
  explicit ResendBudget(int percent) : percent_(percent) {}

  void earn(std::size_t bytes) {
    bytes_ = std::min(kMostBytes, bytes_ + static_cast<std::int64_t>(bytes) * percent_ / 100);
  }
  // False: used up.
  bool spend(std::size_t bytes) {
    if (percent_ == 0) return true;
    if (bytes_ < static_cast<std::int64_t>(bytes)) return false;
    bytes_ -= static_cast<std::int64_t>(bytes);
    return true;
  }

 private:
  // Enough for a second of blackout at 8 Mbit/s to be made good at once.
  static constexpr std::int64_t kMostBytes = 1 << 20;
  int percent_;
  std::int64_t bytes_ = kMostBytes;
};

}  // namespace sls::direct
