#include "direct/receive/time_base.h"

#include <algorithm>

namespace sls::direct {

TimeBase::TimeBase(MonoUs startUs, std::uint32_t startTimestampUs, int latencyMs)
    : baseUs_(startUs - startTimestampUs), latencyUs_(std::int64_t{latencyMs} * 1000) {}

std::int64_t TimeBase::aheadUs(std::uint32_t timestampUs, MonoUs nowUs) const {
  // Measured from what the peer's clock must show now, so any silence may lie between two packets, and no packet can
  // mislead the reading of another: right as long as it is less than 35 minutes off.
  const auto expectedUs = static_cast<std::uint32_t>(nowUs - baseUs_);
  return static_cast<std::int32_t>(timestampUs - expectedUs);
}

MonoUs TimeBase::originOf(std::uint32_t timestampUs, MonoUs nowUs) const {
  return nowUs + std::clamp(aheadUs(timestampUs, nowUs), -(latencyUs_ + kMaxAgeUs), latencyUs_ + kMaxAheadUs);
}

void TimeBase::sample(std::uint32_t timestampUs, std::int64_t rttUs, MonoUs nowUs) {
  if (!firstRttUs_) firstRttUs_ = rttUs;
  // Half of what the way has become longer since the start is not the clock's fault.
  const std::int64_t lateUs = -aheadUs(timestampUs, nowUs) - (rttUs - *firstRttUs_) / 2;
  sampleSumUs_ += std::clamp(lateUs, -kMaxAgeUs, kMaxAgeUs);
  if (++sampleCount_ < kDriftSamples) return;
  const std::int64_t meanUs = sampleSumUs_ / sampleCount_;
  baseUs_ += meanUs;
  driftUs_ += meanUs;
  sampleSumUs_ = 0;
  sampleCount_ = 0;
}

}  // namespace sls::direct
