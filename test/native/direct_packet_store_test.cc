#include "direct/stream/packet_store.h"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "direct_packet_source.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr std::size_t kPlenty = 64 << 20;

struct Filled {
  explicit Filled(std::size_t maxBytes = kPlenty, std::size_t packetsPerBlock = 4)
      : source(packetsPerBlock), store(maxBytes) {}

  // Packet n is n milliseconds old at time 0.
  bool put(PacketIndex index, std::size_t bytes = kPayloadBytes) {
    const auto made = source.make(index, index * 1000, bytes);
    blocks[index] = made.block;
    return store.put(index, made.packet, made.block);
  }
  void putAll(PacketIndex first, PacketIndex last) {
    for (PacketIndex index = first; index <= last; ++index) REQUIRE(put(index));
  }
  bool holds(PacketIndex index) const {
    const StoredPacket* packet = store.find(index);
    return packet != nullptr && textOf(packet->view()) == payloadText(index, packet->bytes);
  }

  PacketSource source;
  PacketStore store;
  std::map<PacketIndex, std::weak_ptr<const PacketBlock>> blocks;
};

}  // namespace

TEST_CASE("direct packet store: empty it finds nothing") {
  Filled filled;
  CHECK_FALSE(filled.store.isStarted());
  CHECK(filled.store.find(0) == nullptr);
  CHECK(filled.store.find(-1) == nullptr);
  CHECK(filled.store.bytesFrom(0) == 0);
  filled.store.trim(1'000'000);
  CHECK(filled.store.head() == filled.store.tail());
}

TEST_CASE("direct packet store: starts where the first packet is, takes each once, and fills holes") {
  Filled filled;
  CHECK(filled.put(500));
  CHECK(filled.store.tail() == 500);
  CHECK_FALSE(filled.put(499));
  CHECK_FALSE(filled.put(500));
  CHECK(filled.put(503));
  CHECK(filled.store.head() == 504);
  CHECK(filled.store.find(501) == nullptr);
  CHECK(filled.put(501));
  CHECK_FALSE(filled.put(501));
  CHECK(filled.holds(500));
  CHECK(filled.holds(501));
  CHECK(filled.store.find(502) == nullptr);
  CHECK(filled.holds(503));
  CHECK(filled.store.find(504) == nullptr);
  CHECK(filled.store.bytes() == 3 * kPayloadBytes);
  CHECK(filled.store.bytesFrom(0) == 3 * kPayloadBytes);
  CHECK(filled.store.bytesFrom(501) == 2 * kPayloadBytes);
  CHECK(filled.store.bytesFrom(502) == kPayloadBytes);
  CHECK(filled.store.bytesFrom(900) == 0);
}

TEST_CASE("direct packet store: what it keeps survives growing, and indices beyond 32 bits") {
  Filled filled;
  const PacketIndex first = (PacketIndex{1} << 40) - 3;
  filled.putAll(first, first + 1999);
  bool holdsAll = true;
  for (PacketIndex index = first; index < first + 2000; ++index) holdsAll = holdsAll && filled.holds(index);
  CHECK(holdsAll);
}

TEST_CASE("direct packet store: trimmed by age, and a hole goes with the packet behind it") {
  Filled filled;
  filled.putAll(0, 3);
  filled.put(6);
  filled.put(9);
  filled.store.trim(3000);
  CHECK(filled.store.tail() == 3);
  filled.store.trim(6000);
  CHECK(filled.store.tail() == 4);
  CHECK(filled.put(5));
  filled.store.trim(6001);
  CHECK(filled.store.tail() == 7);
  CHECK_FALSE(filled.put(6));
  filled.store.trim(1'000'000);
  CHECK(filled.store.tail() == 10);
  CHECK(filled.store.bytes() == 0);
  CHECK(filled.put(12));
  CHECK(filled.store.tail() == 10);
  CHECK(filled.put(10));
  CHECK(filled.holds(10));
}

TEST_CASE("direct packet store: keeps no more bytes than it may, and a packet larger than that is not kept") {
  Filled filled(10 * kPayloadBytes);
  filled.putAll(0, 29);
  CHECK(filled.store.tail() == 20);
  CHECK(filled.store.bytes() == 10 * kPayloadBytes);
  CHECK(filled.store.find(19) == nullptr);
  CHECK(filled.holds(20));
  filled.put(30, 11 * kPayloadBytes);
  CHECK(filled.store.tail() == 31);
  CHECK(filled.store.bytes() == 0);
  CHECK(filled.put(31));
  CHECK(filled.holds(31));
}

TEST_CASE("direct packet store: a jump too far starts it anew, one less far is a hole") {
  Filled filled;
  filled.putAll(0, 9);
  filled.put(10 + PacketStore::kMaxPackets);
  CHECK(filled.store.tail() == 10 + PacketStore::kMaxPackets);
  CHECK(filled.store.head() == filled.store.tail() + 1);
  CHECK(filled.store.bytes() == kPayloadBytes);
  CHECK_FALSE(filled.put(9));
  const PacketIndex next = filled.store.head() + PacketStore::kMaxPackets - 1;
  filled.put(next);
  CHECK(filled.store.head() == next + 1);
  CHECK(filled.store.head() - filled.store.tail() <= PacketStore::kMaxPackets);
  CHECK(filled.holds(next));
}

TEST_CASE("direct packet store: lets a block go with the last of its packets") {
  Filled filled;
  filled.putAll(0, 11);
  filled.source.endBlock();
  filled.store.trim(3000);
  CHECK_FALSE(filled.blocks[0].expired());
  filled.store.trim(4000);
  CHECK(filled.blocks[0].expired());
  CHECK_FALSE(filled.blocks[4].expired());
  // A late packet in a block of later ones.
  filled.put(14);
  filled.put(12);
  filled.store.trim(14'000);
  CHECK_FALSE(filled.blocks[14].expired());
  filled.source.endBlock();
  filled.store.trim(14'001);
  CHECK(filled.blocks[14].expired());
}

TEST_CASE("direct packet store: agrees with plain book-keeping whatever comes in whatever order") {
  std::mt19937 random(7);
  const auto below = [&](std::uint32_t limit) { return static_cast<PacketIndex>(random() % limit); };
  Filled filled(200 * kPayloadBytes, 3);
  std::map<PacketIndex, bool> kept;
  PacketIndex head = 1000;
  for (int step = 0; step < 20'000; ++step) {
    const PacketIndex index = std::max<PacketIndex>(head + below(12) - 8, 0);
    const bool isFresh = !filled.store.isStarted() || (index >= filled.store.tail() && !kept.contains(index));
    if (step % 9 == 0) filled.source.endBlock();
    REQUIRE(filled.put(index) == isFresh);
    if (isFresh) kept[index] = true;
    head = std::max(head, index + 1);
    if (step % 50 == 0) filled.store.trim((head - below(150)) * 1000);
    kept.erase(kept.begin(), kept.lower_bound(filled.store.tail()));
    REQUIRE(filled.store.bytes() == kept.size() * kPayloadBytes);
    REQUIRE(filled.store.bytes() <= 200 * kPayloadBytes);
    const PacketIndex asked = filled.store.tail() + below(220);
    REQUIRE((filled.store.find(asked) != nullptr) == kept.contains(asked));
    if (kept.contains(asked)) REQUIRE(filled.holds(asked));
  }
}

TEST_CASE("direct packet store: many holes as large as it holds are trimmed in one walk each") {
  // Step by step through every hole again this would take minutes.
  Filled filled;
  for (PacketIndex round = 0; round < 20; ++round) {
    const PacketIndex last = (round + 1) * (PacketStore::kMaxPackets - 1);
    filled.put(last - (PacketStore::kMaxPackets - 1));
    filled.put(last);
    filled.store.trim(last * 1000 + 1);
    REQUIRE(filled.store.tail() == last + 1);
  }
}
