#include "core/rate_meter.h"

#include <doctest/doctest.h>

using sls::MonoMs;
using sls::RateMeter;

namespace {

// 125 bytes a millisecond are 1000 kbit/s.
constexpr std::uint64_t kBytesPerMs = 125;

}  // namespace

TEST_CASE("rate meter: knows nothing before the second sample") {
  RateMeter meter;
  CHECK(meter.kbps() == 0);
  meter.sample(5000, 1'000'000);
  CHECK(meter.kbps() == 0);
}

TEST_CASE("rate meter: rises to a steady rate and stays there") {
  RateMeter meter;
  for (MonoMs ms = 0; ms <= 10'000; ms += 100) {
    meter.sample(ms, static_cast<std::uint64_t>(ms) * kBytesPerMs);
    if (ms > 0) CHECK(meter.kbps() == doctest::Approx(1000));
  }
}

TEST_CASE("rate meter: follows a change within one window") {
  RateMeter meter;
  std::uint64_t bytes = 0;
  MonoMs ms = 0;
  for (; ms <= 3000; ms += 100) meter.sample(ms, bytes += 100 * kBytesPerMs);
  for (; ms <= 4500; ms += 100) meter.sample(ms, bytes += 400 * kBytesPerMs);
  CHECK(meter.kbps() == doctest::Approx(4000));
}

TEST_CASE("rate meter: falls to exactly 0 within two seconds of the last byte when sampled twice a second or more") {
  for (const MonoMs everyMs : {10, 100, 333, 499, 500}) {
    CAPTURE(everyMs);
    RateMeter meter;
    MonoMs ms = 0;
    for (; ms < 5000; ms += everyMs) meter.sample(ms, static_cast<std::uint64_t>(ms) * kBytesPerMs);
    const MonoMs lastDataMs = ms - everyMs + 1;
    const std::uint64_t total = static_cast<std::uint64_t>(ms) * kBytesPerMs;
    for (; ms <= lastDataMs + 2000; ms += everyMs) meter.sample(ms, total);
    CHECK(meter.kbps() == 0);
  }
}

TEST_CASE("rate meter: irregular samples, twice in one millisecond too, do not disturb it") {
  RateMeter meter;
  MonoMs ms = 0;
  for (int i = 0; i < 300; ++i) {
    ms += (i * 37) % 90;
    meter.sample(ms, static_cast<std::uint64_t>(ms) * kBytesPerMs);
    meter.sample(ms, static_cast<std::uint64_t>(ms) * kBytesPerMs);
    if (ms > 0 && i > 5) CHECK(meter.kbps() == doctest::Approx(1000));
  }
}

TEST_CASE("rate meter: a long pause between two samples is averaged, and the first sample after it counts") {
  RateMeter meter;
  meter.sample(0, 0);
  meter.sample(100, 100 * kBytesPerMs);
  meter.sample(60'100, 60'100 * kBytesPerMs);
  CHECK(meter.kbps() == doctest::Approx(1000));
}

TEST_CASE("rate meter: more samples in a window than it has room for shorten the window only") {
  RateMeter meter;
  for (MonoMs ms = 0; ms <= 2000; ++ms) meter.sample(ms, static_cast<std::uint64_t>(ms) * kBytesPerMs);
  CHECK(meter.kbps() == doctest::Approx(1000));
}
