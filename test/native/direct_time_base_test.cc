#include <doctest/doctest.h>

#include <cstdlib>

#include "direct/receive/time_base.h"

using namespace sls::direct;

namespace {

constexpr MonoUs kStartUs = 5'000'000'000;
constexpr std::int64_t kWrapUs = std::int64_t{1} << 32;

// A peer whose clock is `timestampUs` after its start, also beyond the wrap.
std::uint32_t stamp(std::int64_t timestampUs) { return static_cast<std::uint32_t>(timestampUs); }

}  // namespace

TEST_CASE("direct time base: an origin keeps the sender's timing, whatever the network did") {
  const TimeBase base(kStartUs, 1000, 120);
  CHECK(base.originOf(1000, kStartUs) == kStartUs);
  CHECK(base.originOf(21'000, kStartUs + 20'000) == kStartUs + 20'000);
  CHECK(base.originOf(21'000, kStartUs + 95'000) == kStartUs + 20'000);
  CHECK(base.originOf(21'000, kStartUs + 15'000) == kStartUs + 20'000);
}

TEST_CASE("direct time base: timestamps wrap, with packets of both sides in disorder") {
  const std::int64_t startStamp = kWrapUs - 50'000;
  const TimeBase base(kStartUs, stamp(startStamp), 120);
  const auto originAfter = [&](std::int64_t us, std::int64_t arrivalUs) {
    return base.originOf(stamp(startStamp + us), kStartUs + arrivalUs) - kStartUs;
  };
  CHECK(originAfter(49'999, 60'000) == 49'999);
  CHECK(originAfter(50'000, 60'001) == 50'000);
  CHECK(originAfter(49'000, 60'002) == 49'000);
  CHECK(originAfter(70'000, 60'003) == 70'000);
  CHECK(originAfter(10 * kWrapUs + 5, 10 * kWrapUs + 7) == 10 * kWrapUs + 5);
}

TEST_CASE("direct time base: an hour of silence does not mislead it") {
  const TimeBase base(kStartUs, 0, 120);
  constexpr std::int64_t kHourUs = 3'600'000'000;
  CHECK(base.originOf(stamp(kHourUs), kStartUs + kHourUs + 10) == kStartUs + kHourUs);
}

TEST_CASE("direct time base: a forged timestamp is held near now, and changes nothing for the next") {
  const TimeBase base(kStartUs, 0, 2000);
  CHECK(base.originOf(stamp(1'000'000'000), kStartUs) == kStartUs + 3'000'000);
  CHECK(base.originOf(stamp(-1'000'000'000), kStartUs) == kStartUs - 12'000'000);
  CHECK(base.originOf(stamp(2'999'999), kStartUs) == kStartUs + 2'999'999);
  CHECK(base.originOf(stamp(-11'999'999), kStartUs) == kStartUs - 11'999'999);
  CHECK(base.originOf(5000, kStartUs + 5000) == kStartUs + 5000);
}

TEST_CASE("direct time base: a clock that goes 100 ppm fast or slow is followed") {
  for (const int ppm : {100, -100}) {
    TimeBase base(kStartUs, stamp(-1'000'000), 120);
    std::int64_t elapsedUs = 0;
    for (int i = 0; i < 200'000; ++i) {
      elapsedUs += 10'000;
      base.sample(stamp(elapsedUs + elapsedUs * ppm / 1'000'000 - 1'000'000), 40'000, kStartUs + elapsedUs);
    }
    // A packet sent now, after 33 minutes: 200 ms off without the correction; it lags by one to two steps of 1 ms.
    const std::int64_t timestampUs = elapsedUs + elapsedUs * ppm / 1'000'000 - 1'000'000;
    const std::int64_t errorUs = base.originOf(stamp(timestampUs), kStartUs + elapsedUs) - (kStartUs + elapsedUs);
    CHECK(std::abs(errorUs) <= 2000);
    CHECK(std::abs(base.driftUs()) > 198'000);
    CHECK((base.driftUs() < 0) == (ppm > 0));
  }
}

TEST_CASE("direct time base: a longer way is not taken for drift") {
  TimeBase base(kStartUs, 0, 120);
  base.sample(10'000, 20'000, kStartUs + 10'000);
  // From now on each way takes 15 ms more.
  for (std::int64_t i = 1; i < TimeBase::kDriftSamples * 3; ++i) {
    base.sample(stamp(i * 10'000), 50'000, kStartUs + i * 10'000 + 15'000);
  }
  CHECK(base.driftUs() == 0);
}

TEST_CASE("direct time base: nothing moves before a thousand samples") {
  TimeBase base(kStartUs, 0, 120);
  for (int i = 1; i < TimeBase::kDriftSamples; ++i) base.sample(0, 20'000, kStartUs + 4000);
  CHECK(base.driftUs() == 0);
  base.sample(0, 20'000, kStartUs + 4000);
  CHECK(base.driftUs() == 4000);
  CHECK(base.originOf(0, kStartUs) == kStartUs + 4000);
  // The next thousand are measured from there.
  for (int i = 0; i < TimeBase::kDriftSamples; ++i) base.sample(0, 20'000, kStartUs + 5000);
  CHECK(base.driftUs() == 5000);
}

TEST_CASE("direct time base: forged ACKACKs move the base no further than its limit") {
  TimeBase base(kStartUs, 0, 120);
  for (int i = 0; i < TimeBase::kDriftSamples; ++i) base.sample(stamp(2'000'000'000), 20'000, kStartUs);
  CHECK(base.driftUs() == -TimeBase::kMaxAgeUs);
}
