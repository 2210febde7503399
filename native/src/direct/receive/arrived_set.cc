#include "direct/receive/arrived_set.h"

#include <algorithm>
#include <bit>

namespace sls::direct {

ArrivedSet::ArrivedSet(std::uint32_t windowPackets, Position end)
    : words_(std::bit_ceil(std::max<std::size_t>(windowPackets, 64)) / 64, 0), end_(end) {}

void ArrivedSet::extend(Position end) {
  const auto size = static_cast<Position>(words_.size() * 64);
  if (end - end_ >= size) {
    std::fill(words_.begin(), words_.end(), 0);
    end_ = end;
    return;
  }
  while (end_ < end) {
    const Position wordEnd = (end_ / 64 + 1) * 64;
    if (end_ % 64 == 0 && wordEnd <= end) {
      words_[wordOf(end_)] = 0;
      end_ = wordEnd;
    } else {
      words_[wordOf(end_)] &= ~bitOf(end_);
      ++end_;
    }
  }
}

bool ArrivedSet::contains(Position position) const {
  const auto size = static_cast<Position>(words_.size() * 64);
  if (position >= end_ || position < end_ - size) return false;
  return (words_[wordOf(position)] & bitOf(position)) != 0;
}

}  // namespace sls::direct
