// Maps a publisher's 32-bit timestamps to our clock (draft section 4.5): wraps, drift, forgeries.
#pragma once

#include <cstdint>
#include <optional>

#include "direct/clock.h"

namespace sls::direct {

class TimeBase {
 public:
  static constexpr std::int64_t kDriftSamples = 1000;
  // How much older than the latency a packet may claim to be.
  static constexpr std::int64_t kMaxAgeUs = 10'000'000;
  // How far in the future, beyond the latency, a packet may claim to be from.
  static constexpr std::int64_t kMaxAheadUs = 1'000'000;

  // `startUs`: when the packet with `startTimestampUs` arrived, which is what all later ones are measured by.
  TimeBase(MonoUs startUs, std::uint32_t startTimestampUs, int latencyMs);

  // When the packet was sent, on our clock, plus the way of the first packet. Between now − latency − kMaxAgeUs and
  // now + latency + kMaxAheadUs, or a forged timestamp could hold holes open, or players' clocks up, for half an hour.
  MonoUs originOf(std::uint32_t timestampUs, MonoUs nowUs) const;

  // An ACKACK with this timestamp arrived, and gave this round trip time. After kDriftSamples of them the base moves
  // by their mean, as the peer's clock has gone against ours (draft section 4.7).
  void sample(std::uint32_t timestampUs, std::int64_t rttUs, MonoUs nowUs);
  // By how much the base has moved since the start.
  std::int64_t driftUs() const { return driftUs_; }

 private:
  // Without wrap and clamp: how much later than by the base the packet was sent, seen from now.
  std::int64_t aheadUs(std::uint32_t timestampUs, MonoUs nowUs) const;

  MonoUs baseUs_;  // Our clock when the peer's timestamp was 0.
  std::int64_t latencyUs_;
  std::optional<std::int64_t> firstRttUs_ = {};
  std::int64_t sampleSumUs_ = 0;
  std::int64_t sampleCount_ = 0;
  std::int64_t driftUs_ = 0;
};

}  // namespace sls::direct
