#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "load/wire.h"

namespace peers {

/// The packets of one connection that are missing, as ranges in ascending order.
class LossList {
 public:
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
    std::int64_t sinceUs;
    std::int64_t reportedUs;
  };

  void add(std::uint32_t first, std::uint32_t last, std::int64_t nowUs);
  /// False: it was not missing.
  bool remove(std::uint32_t sequence);
  void removeUpTo(std::uint32_t last);
  /// Forgets what has been missing for longer; a player would have skipped it by now.
  void giveUpOlderThan(std::int64_t sinceUs);
  /// The ranges not reported since `beforeUs`, now marked as reported at `nowUs`.
  std::vector<wire::SequenceRange> due(std::int64_t beforeUs, std::int64_t nowUs);
  std::optional<std::uint32_t> first() const;

 private:
  std::deque<Range> ranges_;
};

}  // namespace peers
