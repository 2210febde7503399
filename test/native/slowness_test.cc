#include "core/slowness.h"

#include <doctest/doctest.h>

using sls::Slowness;

TEST_CASE("slowness: a player that keeps up is never hopeless") {
  Slowness slowness;
  for (int second = 1; second <= 100; ++second) {
    CHECK_FALSE(slowness.isHopeless(second * 1000, 0, static_cast<std::uint64_t>(second) * 400, 0));
  }
}

TEST_CASE("slowness: behind for ten seconds without a break is hopeless") {
  Slowness slowness;
  CHECK_FALSE(slowness.isHopeless(5000, 5000, 100, 0));
  CHECK_FALSE(slowness.isHopeless(14'999, 5000, 100, 0));
  CHECK(slowness.isHopeless(15'000, 5000, 100, 0));
  CHECK_FALSE(slowness.isHopeless(16'000, 15'500, 200, 0));
}

TEST_CASE("slowness: fifteen seconds in a row with half or more lost are hopeless") {
  Slowness slowness;
  std::uint64_t packets = 0;
  std::uint64_t dropped = 0;
  for (int second = 1; second <= 14; ++second) {
    CHECK_FALSE(slowness.isHopeless(second * 1000, 0, packets += 100, dropped += 50));
  }
  CHECK(slowness.isHopeless(15'000, 0, packets += 100, dropped += 50));
}

TEST_CASE("slowness: one better second starts the count again") {
  Slowness slowness;
  std::uint64_t packets = 0;
  std::uint64_t dropped = 0;
  for (int second = 1; second <= 14; ++second) slowness.isHopeless(second * 1000, 0, packets += 100, dropped += 100);
  CHECK_FALSE(slowness.isHopeless(15'000, 0, packets += 100, dropped += 49));
  for (int second = 16; second <= 29; ++second) {
    CHECK_FALSE(slowness.isHopeless(second * 1000, 0, packets += 100, dropped += 100));
  }
  CHECK(slowness.isHopeless(30'000, 0, packets += 100, dropped += 100));
}

TEST_CASE("slowness: a silent stream is no fault of the player") {
  Slowness slowness;
  slowness.isHopeless(0, 0, 1000, 900);
  for (int second = 1; second <= 60; ++second) CHECK_FALSE(slowness.isHopeless(second * 1000, 0, 1000, 900));
}
