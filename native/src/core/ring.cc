#include "core/ring.h"

#include <algorithm>

namespace sls {
namespace {
constexpr std::size_t kMinSlots = 16;
}

Ring::Ring(std::size_t ringBytes)
    : bytes_(std::make_unique_for_overwrite<std::byte[]>(std::max(kMinSlots, ringBytes / kMaxMessageBytes) *
                                                         kMaxMessageBytes)),
      sizes_(std::max(kMinSlots, ringBytes / kMaxMessageBytes)),
      ends_(sizes_.size()) {}

std::span<std::byte> Ring::claim() { return {bytes_.get() + slotOf(head_) * kMaxMessageBytes, kMaxMessageBytes}; }

void Ring::commit(std::size_t bytes) {
  totalBytes_ += bytes;
  sizes_[slotOf(head_)] = static_cast<std::uint16_t>(std::min(bytes, kMaxMessageBytes));
  ends_[slotOf(head_)] = totalBytes_;
  ++head_;
}

std::optional<std::span<const std::byte>> Ring::read(std::uint64_t number) const {
  if (number < oldest() || number >= head_) return std::nullopt;
  const std::size_t slot = slotOf(number);
  return std::span<const std::byte>(bytes_.get() + slot * kMaxMessageBytes, sizes_[slot]);
}

std::uint64_t Ring::numberBack(std::uint64_t bytes) const {
  std::uint64_t number = head_;
  while (number > oldest() && backlogBytes(number - 1) <= bytes) --number;
  return number;
}

std::uint64_t Ring::backlogBytes(std::uint64_t cursor) const {
  const std::uint64_t from = std::max(cursor, oldest());
  if (from >= head_) return 0;
  return totalBytes_ - ends_[slotOf(from)] + sizes_[slotOf(from)];
}

}  // namespace sls
