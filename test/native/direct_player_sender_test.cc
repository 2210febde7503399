#include "direct/send/player_sender.h"

#include <doctest/doctest.h>

#include <vector>

#include "direct_player_link.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

bool saysItsNumber(const SentData& one, PacketIndex firstIndex = 0) {
  return textOf(one.payload) == payloadText(firstIndex + one.number, one.payload.size());
}

}  // namespace

TEST_CASE("direct player sender: sends each packet once, in order, as itself") {
  PlayerLink link;
  link.play(0, 4, 10);
  link.pump(11);
  link.play(5, 6, 20);
  const Sent sent = link.take();
  CHECK(sent.numbers() == count(0, 6));
  CHECK(sent.drops.empty());
  for (const SentData& one : sent.data) {
    CHECK(saysItsNumber(one));
    CHECK(one.header.seq == 1000 + one.number);
    CHECK(one.header.message == 1 + one.number);
    CHECK(one.header.boundary == 3);
    CHECK_FALSE(one.header.isRetransmitted);
    CHECK(one.header.key == KeyFlag::None);
    CHECK(one.header.timestampUs == (one.number < 5 ? 10'000 : 20'000));
  }
  CHECK(link.sender.counters().packets == 7);
  CHECK(link.sender.counters().bytes == 7 * kPayloadBytes);
  CHECK(link.sender.counters().wireBytes == 7 * (kPayloadBytes + 44));
  CHECK(link.sender.cursor() == 7);
}

TEST_CASE("direct player sender: before it is started nothing happens") {
  WireTap wire;
  Target target = wire.target();
  PlayerSender sender(PlayerLink::options(), std::nullopt, target);
  PacketSource source;
  PacketStore store(1 << 20);
  const auto made = source.make(0, 0);
  store.put(0, made.packet, made.block);
  const Playable stream{store, 1, 1, 0};
  const auto body = std::array{std::byte{0}, std::byte{0}, std::byte{3}, std::byte{0xE8}};
  sender.pump(stream, wire.egress, 1);
  sender.sendLate(stream, 0, wire.egress, 1);
  sender.tellGone({0, 5}, wire.egress, 1);
  sender.onAck({.nextSeq = 1000});
  sender.onNak(NakReader(body), stream, wire.egress, 1);
  sender.checkTail(stream, wire.egress, 10'000'000);
  CHECK(sender.dueKeyMessage(1).empty());
  CHECK(wire.take().empty());
  CHECK(sender.counters().packets == 0);
}

TEST_CASE("direct player sender: a gap of the publisher stays a gap, and what fills it goes out late as itself") {
  PlayerLink link;
  link.put(0, 1);
  link.put(1, 2);
  link.put(4, 5);
  link.pump(5);
  CHECK(link.take().numbers() == Numbers{0, 1, 4});

  link.put(3, 4, true);
  link.late(3, 30);
  link.put(2, 3);
  link.late(2, 31);
  const Sent sent = link.take();
  CHECK(sent.numbers() == Numbers{3, 2});
  CHECK(sent.flagged() == Numbers{3});
  CHECK(sent.data[0].header.timestampUs == 4000);
  CHECK(sent.data[0].header.message == 4);
  CHECK(sent.data[1].header.timestampUs == 3000);
  CHECK(link.sender.counters().packets == 5);
}

TEST_CASE("direct player sender: what is late but still ahead of the cursor, or was never there, is not sent twice") {
  PlayerOptions options = PlayerLink::options();
  options.flowWindowPackets = 2;
  PlayerLink link(options);
  link.put(0, 1);
  link.put(1, 1);
  link.put(3, 1);
  link.pump(1);
  link.put(2, 1);
  link.late(2, 2);
  link.late(9, 2);
  CHECK(link.take().numbers() == Numbers{0, 1});
  link.ack(2);
  link.pump(3);
  CHECK(link.take().numbers() == Numbers{2, 3});
}

TEST_CASE("direct player sender: a late packet that the player has given up already is not sent") {
  PlayerLink link;
  link.put(0, 1);
  link.put(2, 1);
  link.put(4, 1);
  link.pump(1);
  link.take();
  link.ack(3);
  link.put(1, 1);
  link.late(1, 200);
  CHECK(link.take().isEmpty());
  link.put(3, 1);
  link.late(3, 200);
  CHECK(link.take().numbers() == Numbers{3});
}

TEST_CASE("direct player sender: a late packet from before it came is none of its business") {
  PlayerLink link(PlayerLink::options(), std::nullopt, 100);
  link.play(0, 1, 1);
  link.take();
  link.put(-1, 1);
  link.late(-1, 2);
  CHECK(link.take().isEmpty());
}

TEST_CASE("direct player sender: an ACK from the past or for what was not sent changes nothing") {
  PlayerOptions options = PlayerLink::options();
  options.flowWindowPackets = 4;
  PlayerLink link(options);
  link.play(0, 9, 1);
  CHECK(link.take().numbers() == count(0, 3));
  link.ack(5, 1000, 7000, 1000);
  CHECK(link.sender.acknowledged() == 0);
  link.ack(-1, 1000, 7000, 1000);
  CHECK(link.sender.acknowledged() == 0);
  CHECK(link.sender.rtt().us() == 100'000);
  link.pump(2);
  CHECK(link.take().isEmpty());
  link.ack(2, 4, 7000, 1000);
  CHECK(link.sender.acknowledged() == 2);
  CHECK(link.sender.rtt().us() == 7000);
  CHECK(link.sender.rtt().varianceUs() == 1000);
  link.ack(1, 1000, 90'000, 1000);
  CHECK(link.sender.acknowledged() == 2);
  CHECK(link.sender.rtt().us() == 7000);
}

TEST_CASE("direct player sender: a light ACK moves the window on and says nothing else") {
  PlayerOptions options = PlayerLink::options();
  options.flowWindowPackets = 4;
  PlayerLink link(options);
  link.play(0, 9, 1);
  link.sender.onAck({.kind = AckKind::Light, .nextSeq = link.seq(3)});
  link.pump(2);
  CHECK(link.take().numbers() == count(0, 6));
  CHECK(link.sender.rtt().us() == 100'000);
  link.sender.onAck({.kind = AckKind::Small, .nextSeq = link.seq(3), .rttUs = 5000, .freePackets = 5});
  CHECK(link.sender.rtt().us() == 5000);
  CHECK(link.sender.capacityMbps() == 0);
  link.sender.onAck({.kind = AckKind::Full, .nextSeq = link.seq(3), .freePackets = 5, .capacityPacketsPerS = 1000});
  CHECK(link.sender.capacityMbps() == doctest::Approx(12));
  link.pump(3);
  CHECK(link.take().numbers() == Numbers{7});
}

TEST_CASE("direct player sender: a window of nothing still lets two packets through") {
  PlayerLink link;
  link.ack(0, 0);
  link.play(0, 9, 1);
  CHECK(link.take().numbers() == Numbers{0, 1});
}

TEST_CASE("direct player sender: behind its window it waits, and says since when") {
  PlayerOptions options = PlayerLink::options();
  options.flowWindowPackets = 4;
  PlayerLink link(options);
  link.play(0, 3, 1);
  CHECK(link.sender.behindSinceUs() == 0);
  link.play(4, 5, 2);
  CHECK(link.sender.behindSinceUs() == PlayerLink::at(2));
  link.play(6, 9, 9);
  CHECK(link.sender.behindSinceUs() == PlayerLink::at(2));
  CHECK(link.take().numbers() == count(0, 3));
  link.ack(2, 4);
  link.pump(10);
  CHECK(link.take().numbers() == Numbers{4, 5});
  CHECK(link.sender.behindSinceUs() == PlayerLink::at(2));
  link.ack(6, 5);
  link.pump(11);
  CHECK(link.take().numbers() == count(6, 9));
  CHECK(link.sender.behindSinceUs() == 0);
}

TEST_CASE("direct player sender: a hole counts in the window") {
  PlayerOptions options = PlayerLink::options();
  options.flowWindowPackets = 4;
  PlayerLink link(options);
  link.put(0, 1);
  link.put(3, 1);
  link.put(4, 1);
  link.pump(1);
  CHECK(link.take().numbers() == Numbers{0, 3});
}

TEST_CASE("direct player sender: behind what is kept it is skipped to the live end, told and counted") {
  PlayerOptions options = PlayerLink::options();
  options.flowWindowPackets = 4;
  PlayerLink link(options);
  link.play(0, 9, 0);
  link.play(10, 19, 100);
  link.take();
  link.store.trim(PlayerLink::at(50));
  link.pump(101);
  // Its numbers have no gap, so what it was sent is all that is dropped.
  CHECK(link.take().drops == NumberRanges{{0, 3}});
  CHECK(link.sender.counters().overruns == 1);
  CHECK(link.sender.counters().dropped == 16);
  CHECK(link.sender.cursor() == 20);

  // What it has had before keeps the window closed until it acknowledges.
  link.play(20, 29, 110);
  CHECK(link.take().isEmpty());
  CHECK(link.sender.behindSinceUs() != 0);
  link.nak({{0, 3}}, 115);
  CHECK(link.take().drops == NumberRanges{{0, 3}});
  link.ack(4, 4);
  link.pump(120);
  Sent sent = link.take();
  CHECK(sent.numbers() == count(4, 7));
  CHECK(textOf(sent.data[0].payload) == payloadText(20));
  CHECK(textOf(sent.data[3].payload) == payloadText(23));
  link.ack(6, 100);
  link.pump(121);
  sent = link.take();
  CHECK(sent.numbers() == count(8, 13));
  CHECK(textOf(sent.data[5].payload) == payloadText(29));
  CHECK(link.sender.behindSinceUs() == 0);
  CHECK(link.sender.counters().overruns == 1);
  link.nak({{6, 6}}, 140);
  CHECK(textOf(link.take().data.at(0).payload) == payloadText(22));
}

TEST_CASE("direct player sender: a hole larger than players' buffers is left out of their numbers") {
  PlayerLink link;
  link.play(0, 9, 0);
  link.play(1009, 1011, 1);
  Sent sent = link.take();
  CHECK(sent.numbers().size() == 13);
  CHECK(sent.data[10].number == 1009);
  link.play(2012, 2014, 2);
  sent = link.take();
  CHECK(sent.numbers() == count(1012, 1014));
  CHECK(textOf(sent.data[0].payload) == payloadText(2012));
  CHECK(sent.data[0].header.message == 1013);

  // What was before has lost its place, and what was left out has none.
  link.nak({{1009, 1013}}, 30);
  sent = link.take();
  CHECK(sent.drops == NumberRanges{{1009, 1011}});
  REQUIRE(sent.numbers() == Numbers{1012, 1013});
  CHECK(textOf(sent.data[1].payload) == payloadText(2013));
  link.put(1500, 3);
  link.late(1500, 31);
  link.gone(1012, 2011, 32);
  CHECK(link.take().isEmpty());
  link.ack(1015);
  CHECK(link.sender.acknowledged() == 2015);
}

TEST_CASE("direct player sender: a payload that its MTU has no room for is dropped") {
  PlayerOptions options = PlayerLink::options();
  options.maxPayloadBytes = kPayloadBytes - 1;
  PlayerLink link(options);
  link.play(0, 2, 0);
  CHECK(link.take().isEmpty());
  CHECK(link.sender.counters().dropped == 3);
  CHECK(link.sender.counters().packets == 0);
  link.nak({{1, 1}}, 20);
  CHECK(link.take().drops == NumberRanges{{1, 1}});
  link.checkTail(10'000);
  CHECK(link.take().numbers().empty());
  link.late(1, 20);
  CHECK(link.take().isEmpty());
}

TEST_CASE("direct player sender: a full ACK is answered once, and a light one behind it takes no answer away") {
  PlayerLink link;
  link.play(0, 4, 0);
  link.wire.take();
  const auto ackAcks = [&](std::int64_t nowMs) {
    std::vector<std::uint32_t> numbers;
    link.sender.sendAckAck(link.wire.egress, PlayerLink::at(nowMs));
    for (const Packet& packet : link.wire.take()) {
      const ControlHeader header = readControlHeader(packet.data());
      CHECK(header.type == ControlType::AckAck);
      CHECK(header.socketId == PlayerLink::kPeer);
      CHECK(header.timestampUs == nowMs * 1000);
      CHECK(packet.size() == kHeaderBytes + 4);
      numbers.push_back(header.info);
    }
    return numbers;
  };
  CHECK(ackAcks(1).empty());
  link.sender.deferAckAck(7);
  link.sender.deferAckAck(0);
  CHECK(ackAcks(2) == std::vector<std::uint32_t>{7});
  CHECK(ackAcks(3).empty());
  link.sender.deferAckAck(8);
  link.sender.deferAckAck(9);
  CHECK(ackAcks(4) == std::vector<std::uint32_t>{9});
}

TEST_CASE("direct player sender: one that keeps up is not skipped when a pause has emptied the store") {
  PlayerLink link;
  link.play(0, 4, 0);
  link.take();
  link.store.trim(PlayerLink::at(5000));
  link.play(5, 9, 5000);
  const Sent sent = link.take();
  CHECK(sent.numbers() == count(5, 9));
  CHECK(sent.drops.empty());
  CHECK(link.sender.counters().overruns == 0);
}

TEST_CASE("direct player sender: message numbers go round without a 0") {
  constexpr std::int64_t kNumbers = (1 << 26) - 1;
  CHECK(messageNumberOf(0) == 1);
  CHECK(messageNumberOf(kNumbers - 1) == kNumbers);
  CHECK(messageNumberOf(kNumbers) == 1);
  CHECK(messageNumberOf(kNumbers * 900 + 5) == 6);
}

TEST_CASE("direct player sender: timestamps go round after 71 minutes") {
  constexpr std::int64_t kWrapMs = (std::int64_t{1} << 32) / 1000;
  PlayerLink link;
  link.play(0, 0, kWrapMs);
  link.play(1, 1, kWrapMs + 1);
  const Sent sent = link.take();
  CHECK(sent.data.at(0).header.timestampUs == static_cast<std::uint32_t>(kWrapMs * 1000));
  CHECK(sent.data.at(1).header.timestampUs == static_cast<std::uint32_t>((kWrapMs + 1) * 1000));
  CHECK(sent.data.at(1).header.timestampUs < 1000);
}

TEST_CASE("direct player sender: two players of one stream are numbered each on its own") {
  PacketSource source;
  WireTap wire;
  Target targetA = wire.target();
  Target targetB = wire.target();
  PlayerOptions optionsA = PlayerLink::options(5);
  PlayerOptions optionsB = PlayerLink::options(kSeqMask);
  optionsB.peerSocketId = 78;
  PacketStore store(1 << 20);
  PlayerSender a(optionsA, std::nullopt, targetA);
  PlayerSender b(optionsB, std::nullopt, targetB);
  a.start(40);
  for (PacketIndex index = 40; index < 46; ++index) {
    const auto made = source.make(index, PlayerLink::kStartUs);
    store.put(index, made.packet, made.block);
  }
  b.start(43);
  a.pump({store, 46, 46, 0}, wire.egress, PlayerLink::kStartUs);
  b.pump({store, 46, 46, 0}, wire.egress, PlayerLink::kStartUs);
  const auto packets = wire.take();
  const Sent sentA = readSent(packets, 77, 5);
  const Sent sentB = readSent(packets, 78, kSeqMask);
  CHECK(sentA.numbers() == count(0, 5));
  CHECK(sentB.numbers() == count(0, 2));
  for (const SentData& one : sentA.data) CHECK(saysItsNumber(one, 40));
  for (const SentData& one : sentB.data) CHECK(saysItsNumber(one, 43));
}
