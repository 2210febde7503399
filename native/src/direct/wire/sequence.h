// 31-bit packet sequence numbers (SRT draft section 3.1) and the endless line they are laid out on.
#pragma once

#include <cstdint>

namespace sls::direct {

// A sequence number without its wraps: congruent to it modulo 2^31.
using Position = std::int64_t;

inline constexpr std::uint32_t kSeqMask = 0x7FFF'FFFF;
inline constexpr std::int64_t kSeqCount = std::int64_t{1} << 31;

constexpr std::uint32_t seqOf(Position position) {
  return static_cast<std::uint32_t>(position) & kSeqMask;
}

// The position of `seq` that is nearest to `near`: at most 2^30 before it, less than 2^30 after it.
constexpr Position positionOf(std::uint32_t seq, Position near) {
  std::int64_t distance = static_cast<std::int64_t>((seq - seqOf(near)) & kSeqMask);
  if (distance >= kSeqCount / 2) distance -= kSeqCount;
  return near + distance;
}

// Where a session starts: one turn up, so that no position is negative.
constexpr Position firstPosition(std::uint32_t initialSeq) { return kSeqCount + (initialSeq & kSeqMask); }

// Positions first … last.
struct PositionRange {
  Position first = 0;
  Position last = 0;
};

}  // namespace sls::direct
