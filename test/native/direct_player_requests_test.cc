// What a player's sender answers to what the player misses.
#include "direct/send/player_sender.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "direct_player_link.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

bool saysItsNumber(const SentData& one, PacketIndex firstIndex = 0) {
  return textOf(one.payload) == payloadText(firstIndex + one.number, one.payload.size());
}

}  // namespace

TEST_CASE("direct player requests: a request is answered with the packet of then") {
  PlayerLink link;
  link.play(0, 9, 10);
  link.take();
  link.nak({{2, 3}, {7, 7}}, 30);
  const Sent sent = link.take();
  CHECK(sent.numbers() == Numbers{2, 3, 7});
  CHECK(sent.flagged() == Numbers{2, 3, 7});
  for (const SentData& one : sent.data) {
    CHECK(saysItsNumber(one));
    CHECK(one.header.timestampUs == 10'000);
    CHECK(one.header.message == 1 + one.number);
  }
  CHECK(link.sender.counters().lost == 3);
  CHECK(link.sender.counters().retransmitted == 3);
  CHECK(link.sender.counters().packets == 10);
  CHECK(link.sender.counters().wireBytes == 13 * (kPayloadBytes + 44));
}

TEST_CASE("direct player requests: a request that crossed its answer is not answered twice") {
  PlayerLink link;
  link.play(0, 9, 10);
  link.ack(2, 8192, 40'000, 10'000);
  link.take();
  link.nak({{2, 3}}, 30);
  CHECK(link.take().numbers() == Numbers{2, 3});
  link.nak({{2, 4}}, 59);
  CHECK(link.take().numbers() == Numbers{4});
  link.nak({{2, 2}}, 60);
  CHECK(link.take().numbers() == Numbers{2});
}

TEST_CASE("direct player requests: a late packet is not repeated to a request that crossed it") {
  PlayerLink link;
  link.put(0, 1);
  link.put(2, 1);
  link.pump(1);
  link.ack(1, 8192, 40'000, 0);
  link.put(1, 1);
  link.late(1, 20);
  CHECK(link.take().numbers() == Numbers{0, 2, 1});
  link.nak({{1, 1}}, 59);
  CHECK(link.take().isEmpty());
  link.nak({{1, 1}}, 60);
  CHECK(link.take().numbers() == Numbers{1});
}

TEST_CASE("direct player requests: a request for a hole is answered once it is settled, with a drop request") {
  PlayerLink link;
  link.put(0, 1);
  link.put(4, 1);
  link.pump(1);
  link.take();
  link.nak({{1, 3}}, 10);
  CHECK(link.take().isEmpty());
  link.settle(3);
  link.nak({{1, 3}}, 40);
  CHECK(link.take().drops == NumberRanges{{1, 2}});
  link.put(2, 1);
  link.settle(5);
  link.nak({{1, 3}}, 70);
  const Sent sent = link.take();
  CHECK(sent.drops == NumberRanges{{1, 1}, {3, 3}});
  CHECK(sent.numbers() == Numbers{2});
}

TEST_CASE("direct player requests: what is too late is not sent again but dropped, and counted once") {
  PlayerOptions options = PlayerLink::options();
  options.latencyMs = 2000;
  PlayerLink link(options);
  link.ack(0, 8192, 20'000, 0);
  link.play(0, 4, 0);
  link.play(5, 9, 1000);
  link.take();
  link.nak({{4, 4}}, 2020);
  CHECK(link.take().numbers() == Numbers{4});
  link.nak({{2, 3}, {5, 5}}, 2021);
  const Sent sent = link.take();
  CHECK(sent.drops == NumberRanges{{2, 3}});
  CHECK(sent.numbers() == Numbers{5});
  CHECK(link.sender.counters().dropped == 2);
  link.nak({{2, 3}}, 2100);
  CHECK(link.take().drops == NumberRanges{{2, 3}});
  CHECK(link.sender.counters().dropped == 2);
}

TEST_CASE(
    "direct player requests: in 1.06 s nothing is too late, and lateness counts from when a timed packet was sent") {
  PlayerOptions options = PlayerLink::options();
  options.latencyMs = 20;
  PlayerLink link(options);
  link.shiftUs = 3'000'000;
  link.play(0, 2, 0);
  CHECK(link.take().data.at(0).header.timestampUs == 3'000'000);
  link.nak({{0, 0}}, 4060);
  CHECK(link.take().numbers() == Numbers{0});
  link.nak({{0, 0}}, 4061);
  CHECK(link.take().drops == NumberRanges{{0, 0}});
}

TEST_CASE("direct player requests: what is not kept any more is dropped, settled or not") {
  PlayerLink link;
  link.play(0, 4, 0);
  link.play(5, 9, 100);
  link.take();
  link.store.trim(PlayerLink::at(50));
  link.nak({{2, 6}}, 120);
  const Sent sent = link.take();
  CHECK(sent.drops == NumberRanges{{2, 4}});
  CHECK(sent.numbers() == Numbers{5, 6});
}

TEST_CASE("direct player requests: whatever a NAK asks for, only what is in flight is answered, and each once") {
  PlayerLink link;
  link.play(0, 9, 10);
  link.ack(4);
  link.take();
  link.nak({{-500, 5}, {3, 7}, {6, 6}, {8, 100'000}, {12, 13}}, 30);
  CHECK(link.take().numbers() == count(4, 9));
  CHECK(link.sender.counters().lost == 6);
  link.nak({{0, 3}}, 30);
  link.nak({{10, 20}}, 30);
  CHECK(link.take().isEmpty());
}

TEST_CASE("direct player requests: what is gone costs few drop requests, however a NAK is written down") {
  PlayerLink link;
  link.put(0, 1);
  link.put(400, 1);
  link.put(801, 1);
  link.pump(1);
  link.settle(801);
  link.take();
  NumberRanges singles;
  for (std::int64_t number = 1; number <= 300; ++number) singles.emplace_back(number, number);
  link.nak(singles, 2);
  CHECK(link.take().drops == NumberRanges{{1, 300}});
  // Every other one: what would need one request each is left for the next NAK.
  NumberRanges others;
  for (std::int64_t number = 1; number <= 399; number += 2) others.emplace_back(number, number);
  link.nak(others, 2);
  const Sent some = link.take();
  CHECK(some.drops.size() == 64);
  CHECK(some.drops.back() == std::pair<std::int64_t, std::int64_t>{127, 127});
  // Not over one that is there.
  link.nak({{390, 410}}, 20);
  const Sent around = link.take();
  CHECK(around.drops == NumberRanges{{390, 399}, {401, 410}});
  CHECK(around.numbers() == Numbers{400});
}

TEST_CASE("direct player requests: gone packets are told, but neither what was acknowledged nor what was not sent") {
  PlayerLink link;
  link.put(0, 1);
  link.put(9, 1);
  link.pump(1);
  link.take();
  link.gone(-20, 3, 2);
  link.gone(7, 30, 2);
  CHECK(link.take().drops == NumberRanges{{0, 3}, {7, 9}});
  link.ack(5);
  link.gone(0, 4, 3);
  link.gone(3, 6, 3);
  link.gone(10, 12, 3);
  CHECK(link.take().drops == NumberRanges{{5, 6}});
}

TEST_CASE("direct player requests: skipped, it is told again when nothing acknowledges that") {
  PlayerOptions options = PlayerLink::options();
  options.flowWindowPackets = 4;
  PlayerLink link(options);
  link.ack(0, 4, 30'000, 5000);
  link.play(0, 9, 0);
  link.play(10, 19, 100);
  link.take();
  link.store.trim(PlayerLink::at(50));
  link.pump(101);
  link.take();
  link.checkTail(171);
  CHECK(link.take().drops == NumberRanges{{0, 3}});
}

TEST_CASE("direct player requests: the last packet is sent again when nothing acknowledges it, five times") {
  PlayerLink link;
  link.play(0, 3, 0);
  link.ack(2, 8192, 30'000, 5000);
  link.take();
  // 30 + 4 × 5 + 20 ms, then twice as long each time.
  link.checkTail(69);
  CHECK(link.take().isEmpty());
  link.checkTail(70);
  CHECK(link.take().flagged() == Numbers{3});
  link.checkTail(209);
  CHECK(link.take().isEmpty());
  int repeats = 1;
  for (std::int64_t nowMs = 210; nowMs < 60'000; nowMs += 10) {
    link.checkTail(nowMs);
    for (const std::int64_t number : link.take().numbers()) {
      CHECK(number == 3);
      ++repeats;
    }
  }
  CHECK(repeats == 5);
  CHECK(link.sender.counters().packets == 4);
  link.play(4, 4, 60'000);
  link.take();
  link.checkTail(60'070);
  CHECK(link.take().numbers() == Numbers{4});
}

TEST_CASE("direct player requests: no tail is repeated when everything is acknowledged") {
  PlayerLink link;
  link.play(0, 3, 0);
  link.ack(4);
  link.take();
  link.checkTail(10'000);
  CHECK(link.take().isEmpty());
}

TEST_CASE("direct player requests: resends stay within their share of what is sent first") {
  PlayerOptions options = PlayerLink::options();
  options.maxRexmitPercent = 50;
  PlayerLink link(options);
  link.play(0, 199, 0);
  link.wire.take();
  std::size_t resent = 0;
  const auto askAll = [&](std::int64_t nowMs) {
    const std::uint64_t before = link.sender.counters().retransmitted;
    link.nak({{0, 199}}, nowMs);
    CHECK(link.take().data.size() == link.sender.counters().retransmitted - before);
    resent = link.sender.counters().retransmitted;
  };
  // Every 20 ms, so that none crosses its answer: the megabyte that each player starts with.
  std::int64_t nowMs = 0;
  for (; nowMs < 1000 && resent < (1 << 20) / kPayloadBytes; nowMs += 6) {
    link.ack(0, 8192, 1000, 0);
    askAll(nowMs);
  }
  CHECK(resent == (1 << 20) / kPayloadBytes);
  link.play(200, 299, nowMs);
  link.take();
  askAll(nowMs + 10);
  CHECK(resent == (1 << 20) / kPayloadBytes + 50);
}

TEST_CASE("direct player requests: sequence numbers go round, and requests and acknowledgements with them") {
  PlayerLink link(PlayerLink::options(kSeqMask - 2));
  link.play(0, 9, 0);
  const Sent first = link.take();
  CHECK(first.numbers() == count(0, 9));
  CHECK(first.data[2].header.seq == kSeqMask);
  CHECK(first.data[3].header.seq == 0);
  link.ack(2);
  link.nak({{1, 4}, {6, 6}}, 20);
  CHECK(link.take().numbers() == Numbers{2, 3, 4, 6});
  link.ack(8);
  CHECK(link.sender.acknowledged() == 8);
  link.put(12, 30);
  link.pump(30);
  link.take();
  link.gone(10, 11, 31);
  CHECK(link.take().drops == NumberRanges{{10, 11}});
}

TEST_CASE(
    "direct player requests: encrypted packets are the same when they are sent again, whatever key is in use then") {
  const Key key(std::vector<std::byte>(16, std::byte{5}));
  const std::string passphrase = "correct-horse-battery";
  const PlayerOptions options = PlayerLink::options(kSeqMask - 4);
  PlayerLink link(options, SendKeys({key, {}}, Salt{}, passphrase, {.everyPackets = 20, .announcePackets = 10},
                                    firstPosition(options.initialSeq)));
  CHECK(link.sender.dueKeyMessage(PlayerLink::at(0)).empty());
  link.play(0, 14, 0);
  const Sent first = link.take();
  REQUIRE(first.numbers() == count(0, 14));
  for (const SentData& one : first.data) {
    CHECK(one.header.key == KeyFlag::Even);
    Packet plain(one.payload.size());
    Cipher(key, Salt{}).apply(one.header.seq, one.payload, plain);
    CHECK(textOf(plain) == payloadText(one.number));
  }
  const Bytes message = link.sender.dueKeyMessage(PlayerLink::at(1));
  REQUIRE_FALSE(message.empty());
  const Packet announced(message.begin(), message.end());
  link.sender.onKeyAnswer(announced);
  link.play(15, 19, 2);
  CHECK(link.sender.dueKeyMessage(PlayerLink::at(3)).empty());
  link.play(20, 24, 4);
  const Sent later = link.take();
  REQUIRE(later.numbers() == count(15, 24));
  CHECK(later.data[4].header.key == KeyFlag::Even);
  CHECK(later.data[5].header.key == KeyFlag::Odd);

  link.nak({{3, 3}, {20, 20}}, 30);
  const Sent again = link.take();
  REQUIRE(again.numbers() == Numbers{3, 20});
  CHECK(again.data[0].header.key == KeyFlag::Even);
  CHECK(again.data[0].payload == first.data[3].payload);
  CHECK(again.data[1].header.key == KeyFlag::Odd);
  CHECK(again.data[1].payload == later.data[5].payload);
}
