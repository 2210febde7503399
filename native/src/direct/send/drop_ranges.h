// What a NAK asks for and will never come: gathered, so that it costs few drop requests, however it is written down.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "direct/wire/sequence.h"

namespace sls::direct {

class DropRanges {
 public:
  // Ascending. Beyond kMost it is left out: the peer asks again.
  void add(PositionRange range) {
    if (size_ > 0 && ranges_[size_ - 1].last + 1 >= range.first) {
      ranges_[size_ - 1].last = range.last;
    } else if (size_ < kMost) {
      ranges_[size_++] = range;
    }
  }
  std::span<const PositionRange> all() const { return std::span(ranges_).first(size_); }

  static constexpr std::size_t kMost = 64;

 private:
  std::array<PositionRange, kMost> ranges_{};
  std::size_t size_ = 0;
};

}  // namespace sls::direct
