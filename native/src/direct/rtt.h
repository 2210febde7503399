// Smoothed round trip time and its variance (draft section 4.10).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace sls::direct {

class Rtt {
 public:
  // The first sample counts whole, later ones by an eighth; the variance by a quarter.
  void sample(std::int64_t sampleUs) {
    if (sampleUs < 0) return;
    if (!hasSample_) {
      hasSample_ = true;
      us_ = sampleUs;
      varianceUs_ = sampleUs / 2;
      return;
    }
    varianceUs_ = (varianceUs_ * 3 + std::abs(sampleUs - us_)) / 4;
    us_ = (us_ * 7 + sampleUs) / 8;
  }

  // What the other end has measured and smoothed.
  void adopt(std::int64_t us, std::int64_t varianceUs) {
    hasSample_ = true;
    us_ = std::clamp<std::int64_t>(us, 0, kMostUs);
    varianceUs_ = std::clamp<std::int64_t>(varianceUs, 0, kMostUs);
  }

  bool hasSample() const { return hasSample_; }
  std::int64_t us() const { return us_; }
  std::int64_t varianceUs() const { return varianceUs_; }

 private:
  // A minute: longer is a forgery.
  static constexpr std::int64_t kMostUs = 60'000'000;
  bool hasSample_ = false;
  std::int64_t us_ = 100'000;  // What libsrt starts from.
  std::int64_t varianceUs_ = 50'000;
};

}  // namespace sls::direct
