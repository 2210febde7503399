#include "direct/stream/packet_store.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sls::direct {
namespace {
constexpr std::size_t kLeastSlots = 256;
}

bool PacketStore::put(PacketIndex index, const StoredPacket& packet, const BlockPtr& block) {
  if (!isStarted_ || index - head_ >= kMaxPackets) {
    while (tail_ < head_) dropFront();
    isStarted_ = true;
    head_ = tail_ = index;
  }
  if (index < tail_) return false;
  if (index >= head_) {
    growTo(static_cast<std::size_t>(index + 1 - tail_));
    head_ = index + 1;
  }
  StoredPacket& slot = slots_[slotOf(index)];
  if (slot.payload != nullptr) return false;
  slot = packet;
  bytes_ += packet.bytes;
  hold(index, block);
  while (bytes_ > maxBytes_ || head_ - tail_ > kMaxPackets) dropFront();
  return true;
}

void PacketStore::trim(MonoUs olderThanUs) {
  dropOlder(olderThanUs);
  released_.clear();
}

void PacketStore::dropOlder(MonoUs olderThanUs) {
  while (tail_ < head_) {
    // A hole goes with the packet behind it.
    PacketIndex next = tail_;
    while (next < head_ && slots_[slotOf(next)].payload == nullptr) ++next;
    if (next == head_ || slots_[slotOf(next)].originUs >= olderThanUs) return;
    while (tail_ <= next) dropFront();
  }
}

std::size_t PacketStore::bytesFrom(PacketIndex from) const {
  std::size_t sum = 0;
  for (PacketIndex i = std::max(from, tail_); i < head_; ++i) sum += slots_[slotOf(i)].bytes;
  return sum;
}

void PacketStore::growTo(std::size_t packets) {
  if (packets <= slots_.size()) return;
  std::vector<StoredPacket> larger(std::bit_ceil(std::max(packets, kLeastSlots)));
  for (PacketIndex i = tail_; i < head_; ++i) {
    larger[static_cast<std::size_t>(i) & (larger.size() - 1)] = slots_[slotOf(i)];
  }
  slots_.swap(larger);
}

void PacketStore::dropFront() {
  StoredPacket& slot = slots_[slotOf(tail_)];
  bytes_ -= slot.bytes;
  slot = {};
  ++tail_;
  while (!blocks_.empty() && blocks_.front().lastIndex < tail_) {
    released_.push_back(std::move(blocks_.front().block));
    blocks_.pop_front();
  }
}

void PacketStore::hold(PacketIndex index, const BlockPtr& block) {
  // A block is used to its end before the next one, but for packets of a publisher that is being replaced.
  for (auto held = blocks_.rbegin(); held != blocks_.rend() && held - blocks_.rbegin() < 4; ++held) {
    if (held->block != block) continue;
    held->lastIndex = std::max(held->lastIndex, index);
    return;
  }
  blocks_.push_back({block, index});
}

}  // namespace sls::direct
