// How fast packets arrive, and how fast the narrowest link would let them (draft section 3.2.4, fields of an ACK).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "direct/clock.h"
#include "direct/wire/sequence.h"

namespace sls::direct {

class ArrivalRate {
 public:
  // The rates are means over at least this long: packets are read in batches, so the time between two says nothing.
  static constexpr std::int64_t kPeriodUs = 250'000;
  static constexpr std::size_t kProbes = 16;
  static constexpr std::int64_t kFullPacketBytes = 1500;

  explicit ArrivalRate(MonoUs nowUs) : periodStartUs_(nowUs) {}

  // A data packet arrived; `bytes` with its header.
  void onPacket(Position position, bool isRetransmitted, std::size_t bytes, MonoUs nowUs);
  // Ends the period that is over, so that silence counts too. Call it before asking.
  void update(MonoUs nowUs);

  std::uint32_t packetsPerS() const { return packetsPerS_; }
  std::uint32_t bytesPerS() const { return bytesPerS_; }
  // Of packets of kFullPacketBytes; 0 = no pair has been seen.
  std::uint32_t capacityPacketsPerS() const;

 private:
  MonoUs periodStartUs_;
  std::uint64_t periodPackets_ = 0;
  std::uint64_t periodBytes_ = 0;
  std::uint32_t packetsPerS_ = 0;
  std::uint32_t bytesPerS_ = 0;

  Position probePosition_ = 0;  // 0 = no pair has begun.
  MonoUs probeUs_ = 0;
  std::array<std::uint32_t, kProbes> probeIntervalsUs_{};
  std::size_t probeCount_ = 0;  // All that were taken; the last kProbes are kept.
};

}  // namespace sls::direct
