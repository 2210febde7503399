// Decides when a player that cannot keep up is hopeless. Asked once a second.
#pragma once

#include <cstdint>

#include "core/clock.h"

namespace sls {

class Slowness {
 public:
  // `behindSinceMs`: since when messages wait for it in the ring, 0 = none. `packets`, `dropped`: totals handed
  // to the transport, and given up by it as too late.
  bool isHopeless(MonoMs nowMs, MonoMs behindSinceMs, std::uint64_t packets, std::uint64_t dropped) {
    const std::uint64_t newPackets = packets - packetsBefore_;
    const std::uint64_t newDropped = dropped - droppedBefore_;
    packetsBefore_ = packets;
    droppedBefore_ = dropped;
    badSeconds_ = newDropped > 0 && newDropped * 2 >= newPackets ? badSeconds_ + 1 : 0;
    const bool isStuck = behindSinceMs != 0 && nowMs - behindSinceMs >= kMaxBehindMs;
    return isStuck || badSeconds_ >= kMaxBadSeconds;
  }

 private:
  static constexpr MonoMs kMaxBehindMs = 10'000;
  static constexpr int kMaxBadSeconds = 15;  // Half or more of the stream lost in each of them.

  std::uint64_t packetsBefore_ = 0;
  std::uint64_t droppedBefore_ = 0;
  int badSeconds_ = 0;
};

}  // namespace sls
