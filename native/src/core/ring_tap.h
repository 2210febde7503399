// A tap of a stream that lives in a ring: a cursor, like a player's.
#pragma once

#include <cstdint>
#include <utility>

#include "core/ring.h"
#include "core/tap.h"

namespace sls {

class RingTap {
 public:
  // `cursor`: the first message that it gets.
  RingTap(TapPtr tap, std::uint64_t cursor) : tap_(std::move(tap)), cursor_(cursor) {}

  // Hands on what the reader has room for. False: the reader is gone.
  bool pump(const Ring& ring);

 private:
  TapPtr tap_;
  std::uint64_t cursor_;
};

}  // namespace sls
