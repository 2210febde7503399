#include "core/ring_tap.h"

#include <array>
#include <span>

namespace sls {

bool RingTap::pump(const Ring& ring) {
  if (cursor_ < ring.oldest()) {
    // Lapped: one gap, and then what is live, instead of a gap with every message.
    tap_->countDropped(ring.head() - cursor_);
    cursor_ = ring.head();
  }
  if (cursor_ == ring.head()) return tap_->isOpen();
  while (cursor_ < ring.head()) {
    std::array<TapMessage, TapWriter::kMaxBatch> batch;
    std::size_t size = 0;
    while (size < batch.size()) {
      const auto message = ring.read(cursor_ + size);
      if (!message) break;
      batch[size++] = *message;
    }
    const std::size_t taken = tap_->write(std::span(batch).first(size));
    cursor_ += taken;
    if (taken == 0 || taken < size) return tap_->isOpen();
  }
  return true;
}

}  // namespace sls
