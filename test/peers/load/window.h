#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peers {

/// Which messages of the measured stretch one player has: each counts once, however often it came.
class Window {
 public:
  /// Starts anew with `first`, with room for `most` messages.
  void open(std::uint64_t first, std::size_t most);
  void mark(std::uint64_t sequence);
  /// Distinct messages from the first up to, without, `end`.
  std::uint64_t countBefore(std::uint64_t end) const;

 private:
  std::uint64_t first_ = 0;
  std::vector<bool> seen_;
};

}  // namespace peers
