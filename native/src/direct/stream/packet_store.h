// The packets of one stream as one shard sees them, by index: what its players are sent, now and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "direct/clock.h"
#include "direct/stream/packet_block.h"
#include "direct/wire/packet.h"

namespace sls::direct {

// A packet's place in its stream: rises by one a packet for as long as the stream lives, whoever publishes it.
using PacketIndex = std::int64_t;

// Indices first … last.
struct IndexRange {
  PacketIndex first = 0;
  PacketIndex last = 0;
};

struct StoredPacket {
  const std::byte* payload = nullptr;  // Nullptr: has not arrived. In a block that the store holds.
  std::uint16_t bytes = 0;
  bool isRetransmitted = false;  // As it came.
  MonoUs originUs = 0;           // When the publisher sent it, on our clock.

  Bytes view() const { return {payload, bytes}; }
};

class PacketStore {
 public:
  // `maxBytes`: most payload that is kept, however old it is.
  explicit PacketStore(std::size_t maxBytes) : maxBytes_(maxBytes) {}

  // False: not taken, it is there already or older than what is kept.
  bool put(PacketIndex index, const StoredPacket& packet, const BlockPtr& block);
  // Nullptr: has not arrived, or is not kept any more. The payload stays where it is until trim().
  const StoredPacket* find(PacketIndex index) const {
    if (index < tail_ || index >= head_) return nullptr;
    const StoredPacket& packet = slots_[slotOf(index)];
    return packet.payload == nullptr ? nullptr : &packet;
  }
  // Lets go of what was sent before `olderThanUs`, and of the payloads of all that put() has thrown out.
  void trim(MonoUs olderThanUs);

  // One past the highest that has arrived, and the lowest that may be found. Equal: nothing is kept.
  PacketIndex head() const { return head_; }
  PacketIndex tail() const { return tail_; }
  bool isStarted() const { return isStarted_; }
  std::size_t bytes() const { return bytes_; }
  // Payload from `from` on.
  std::size_t bytesFrom(PacketIndex from) const;

  // A jump this far ahead starts anew: nobody could use what lies between.
  static constexpr PacketIndex kMaxPackets = 1 << 17;

 private:
  struct HeldBlock {
    BlockPtr block;
    PacketIndex lastIndex;  // Highest of the packets in it.
  };
  std::size_t slotOf(PacketIndex index) const { return static_cast<std::size_t>(index) & (slots_.size() - 1); }
  void growTo(std::size_t packets);
  void dropFront();
  void dropOlder(MonoUs olderThanUs);
  void hold(PacketIndex index, const BlockPtr& block);

  const std::size_t maxBytes_;
  std::vector<StoredPacket> slots_;  // A power of two of them.
  std::deque<HeldBlock> blocks_;
  std::vector<BlockPtr> released_;  // Of no packet here, but one may be on its way out.
  PacketIndex head_ = 0;
  PacketIndex tail_ = 0;
  std::size_t bytes_ = 0;
  bool isStarted_ = false;
};

}  // namespace sls::direct
