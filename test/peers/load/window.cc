#include "load/window.h"

#include <algorithm>

namespace peers {

void Window::open(std::uint64_t first, std::size_t most) {
  first_ = first;
  seen_.assign(most, false);
}

void Window::mark(std::uint64_t sequence) {
  if (sequence >= first_ && sequence - first_ < seen_.size()) seen_[sequence - first_] = true;
}

std::uint64_t Window::countBefore(std::uint64_t end) const {
  const std::size_t length = std::min<std::size_t>(seen_.size(), end > first_ ? end - first_ : 0);
  return static_cast<std::uint64_t>(
      std::count(seen_.begin(), seen_.begin() + static_cast<std::ptrdiff_t>(length), true));
}

}  // namespace peers
