// How many packets a gap may wait for its packets to come by themselves before they are asked for.
#pragma once

#include <algorithm>
#include <cstdint>

#include "direct/wire/sequence.h"

namespace sls::direct {

// Follows the network (libsrt docs/API/API-socket-options.md, SRTO_LOSSMAXTTL): 0 until reordering is seen.
class ReorderTolerance {
 public:
  explicit ReorderTolerance(std::uint32_t maxPackets) : maxPackets_(maxPackets) {}

  std::uint32_t packets() const { return packets_; }
  void onInOrder() {
    if (packets_ == 0 || ++inOrderCount_ < kDecayPackets) return;
    inOrderCount_ = 0;
    --packets_;
  }
  // A packet came by itself, `distance` places after its turn.
  void onReordered(Position distance) {
    inOrderCount_ = 0;
    packets_ = std::max(packets_, static_cast<std::uint32_t>(std::min<Position>(distance, maxPackets_)));
  }

 private:
  static constexpr std::uint32_t kDecayPackets = 50;

  std::uint32_t maxPackets_;
  std::uint32_t packets_ = 0;
  std::uint32_t inOrderCount_ = 0;  // Since the last change.
};

}  // namespace sls::direct
