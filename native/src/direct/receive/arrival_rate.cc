#include "direct/receive/arrival_rate.h"

#include <algorithm>
#include <limits>
#include <span>

namespace sls::direct {

namespace {

// A sender lets the packets of a pair go without a pause: sequence number 0 modulo 16 and its successor.
constexpr Position kPairEvery = 16;
constexpr std::int64_t kMaxIntervalUs = 10'000'000;

std::uint32_t perSecond(std::uint64_t count, std::int64_t us) {
  const std::uint64_t rate = count * 1'000'000 / static_cast<std::uint64_t>(us);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(rate, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

void ArrivalRate::onPacket(Position position, bool isRetransmitted, std::size_t bytes, MonoUs nowUs) {
  update(nowUs);
  ++periodPackets_;
  periodBytes_ += bytes;
  if (isRetransmitted) return;
  if (position % kPairEvery == 0) {
    probePosition_ = position;
    probeUs_ = nowUs;
    return;
  }
  if (probePosition_ == 0 || position != probePosition_ + 1) return;
  probePosition_ = 0;
  // Two that were read at once were less than the clock's step apart: the link is faster than can be told.
  // As long as a full packet would have taken: whoever reads the estimate reckons with those.
  const auto scaledUs =
      (nowUs - probeUs_) * kFullPacketBytes / static_cast<std::int64_t>(std::max<std::size_t>(bytes, 1));
  const std::int64_t intervalUs = std::clamp<std::int64_t>(scaledUs, 1, kMaxIntervalUs);
  probeIntervalsUs_[probeCount_++ % kProbes] = static_cast<std::uint32_t>(intervalUs);
}

void ArrivalRate::update(MonoUs nowUs) {
  const std::int64_t elapsedUs = nowUs - periodStartUs_;
  if (elapsedUs < kPeriodUs) return;
  packetsPerS_ = perSecond(periodPackets_, elapsedUs);
  bytesPerS_ = perSecond(periodBytes_, elapsedUs);
  periodPackets_ = 0;
  periodBytes_ = 0;
  periodStartUs_ = nowUs;
}

std::uint32_t ArrivalRate::capacityPacketsPerS() const {
  const std::size_t size = std::min(probeCount_, kProbes);
  if (size == 0) return 0;
  std::array<std::uint32_t, kProbes> sorted = probeIntervalsUs_;
  const std::span<std::uint32_t> used = std::span(sorted).first(size);
  std::nth_element(used.begin(), used.begin() + static_cast<std::ptrdiff_t>(size / 2), used.end());
  const std::uint64_t medianUs = used[size / 2];
  // What is far from the median was torn apart, or pushed together, by other traffic.
  std::uint64_t sumUs = 0;
  std::uint64_t count = 0;
  for (const std::uint64_t intervalUs : used) {
    if (intervalUs * 8 < medianUs || intervalUs > medianUs * 8) continue;
    sumUs += intervalUs;
    ++count;
  }
  return perSecond(count, static_cast<std::int64_t>(sumUs));
}

}  // namespace sls::direct
