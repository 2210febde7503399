// Which positions have arrived, as far back as the ring of bits goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "direct/wire/sequence.h"

namespace sls::direct {

class ArrivedSet {
 public:
  // `windowPackets`, 1 at least, is rounded up to a power of two: that many positions before `end` are remembered.
  ArrivedSet(std::uint32_t windowPackets, Position end);

  // Everything from the old end up to `end` is new and has not arrived. `end` never goes back.
  void extend(Position end);
  // `position` lies before the end, and not further back than what is remembered.
  void add(Position position) { words_[wordOf(position)] |= bitOf(position); }
  // False also for what lies further back than is remembered, or beyond the end.
  bool contains(Position position) const;

 private:
  std::size_t wordOf(Position position) const {
    return (static_cast<std::uint64_t>(position) / 64) & (words_.size() - 1);
  }
  static std::uint64_t bitOf(Position position) {
    return std::uint64_t{1} << (static_cast<std::uint64_t>(position) % 64);
  }

  std::vector<std::uint64_t> words_;
  Position end_;
};

}  // namespace sls::direct
