// The ranges of one NAK packet: no more than fit into it.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "direct/wire/control.h"
#include "direct/wire/sequence.h"

namespace sls::direct {

class NakList {
 public:
  // A single packet takes a word, a range two (draft appendix A); 1440 bytes fit behind any header on an MTU of 1500.
  static constexpr std::size_t kMaxWords = 360;

  // False: it is full.
  bool add(PositionRange range) {
    const std::size_t words = range.first == range.last ? 1 : 2;
    if (words_ + words > kMaxWords) return false;
    words_ += words;
    ranges_[size_++] = {seqOf(range.first), seqOf(range.last)};
    return true;
  }
  std::span<const SeqRange> ranges() const { return std::span(ranges_).first(size_); }

 private:
  std::array<SeqRange, kMaxWords> ranges_;
  std::size_t size_ = 0;
  std::size_t words_ = 0;
};

}  // namespace sls::direct
