#include <doctest/doctest.h>

#include "direct/receive/arrival_rate.h"

using namespace sls::direct;

namespace {

constexpr Position kFirst = kSeqCount;
constexpr MonoUs kStartUs = 1'000'000;

// Sixteen packets, 1 ms apart, but for the pair of number 0 and 1.
void group(ArrivalRate& rate, int number, std::int64_t pairUs, bool isRetransmitted = false) {
  const MonoUs startUs = kStartUs + number * 16'000;
  for (int i = 0; i < 16; ++i) {
    rate.onPacket(kFirst + number * 16 + i, isRetransmitted, ArrivalRate::kFullPacketBytes, startUs + (i == 1 ? pairUs : i * 1000));
  }
}

}  // namespace

TEST_CASE("direct arrival rate: packets and bytes of a steady stream") {
  ArrivalRate rate(kStartUs);
  for (int i = 1; i <= 1000; ++i) rate.onPacket(kFirst + i, false, 1360, kStartUs + i * 2000);
  CHECK(rate.packetsPerS() == 500);
  CHECK(rate.bytesPerS() == 500 * 1360);
}

TEST_CASE("direct arrival rate: batches that are read at once count as they should") {
  ArrivalRate rate(kStartUs);
  for (int i = 1; i <= 1000; ++i) rate.onPacket(kFirst + i, false, 1360, kStartUs + i / 10 * 20'000);
  rate.update(kStartUs + 2'020'000);
  CHECK(rate.packetsPerS() >= 450);
  CHECK(rate.packetsPerS() <= 550);
}

TEST_CASE("direct arrival rate: silence brings it to zero") {
  ArrivalRate rate(kStartUs);
  for (int i = 0; i <= 300; ++i) rate.onPacket(kFirst + i, false, 1360, kStartUs + i * 1000);
  CHECK(rate.packetsPerS() > 0);
  rate.update(kStartUs + 300'000 + ArrivalRate::kPeriodUs);
  rate.update(kStartUs + 300'000 + 2 * ArrivalRate::kPeriodUs);
  CHECK(rate.packetsPerS() == 0);
  CHECK(rate.bytesPerS() == 0);
}

TEST_CASE("direct arrival rate: capacity is what packet pairs say") {
  ArrivalRate rate(kStartUs);
  CHECK(rate.capacityPacketsPerS() == 0);
  for (int i = 0; i < 40; ++i) group(rate, i, 100);
  CHECK(rate.capacityPacketsPerS() == 10'000);
}

TEST_CASE("direct arrival rate: capacity is told in packets of 1500 bytes") {
  ArrivalRate rate(kStartUs);
  rate.onPacket(kFirst + 16, false, 750, kStartUs);
  rate.onPacket(kFirst + 17, false, 750, kStartUs + 100);
  CHECK(rate.capacityPacketsPerS() == 5000);
}

TEST_CASE("direct arrival rate: pairs that were torn apart are left out") {
  ArrivalRate rate(kStartUs);
  for (int i = 0; i < 16; ++i) group(rate, i, i % 4 == 0 ? 15'000 : 200);
  CHECK(rate.capacityPacketsPerS() == 5000);
}

TEST_CASE("direct arrival rate: intervals of zero, and a clock that goes back, divide by nothing") {
  ArrivalRate rate(kStartUs);
  for (int i = 0; i < 20; ++i) group(rate, i, i % 2 == 0 ? 0 : -5000);
  CHECK(rate.capacityPacketsPerS() == 1'000'000);
}

TEST_CASE("direct arrival rate: retransmissions and broken pairs say nothing of the link") {
  ArrivalRate rate(kStartUs);
  group(rate, 0, 100, true);
  rate.onPacket(kFirst + 16, false, 1360, kStartUs + 20'000);
  rate.onPacket(kFirst + 18, false, 1360, kStartUs + 20'010);
  rate.onPacket(kFirst + 33, false, 1360, kStartUs + 20'020);
  CHECK(rate.capacityPacketsPerS() == 0);
}
