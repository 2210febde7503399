#include "direct/stream/stream_view.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "direct_player_link.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr PacketIndex kFirst = 5000;
constexpr MonoUs kStartUs = PlayerLink::kStartUs;

// A stream, a view of it and players by number. Packets are counted from kFirst, times are in milliseconds.
struct Show {
  explicit Show(bool isTimed = false, int publisherLatencyMs = 120, std::size_t maxBytes = 64 << 20)
      : stream(std::make_shared<SharedStream>("live")), view(stream, isTimed, maxBytes) {
    stream->publisherLatencyMs = publisherLatencyMs;
  }

  static MonoUs at(std::int64_t ms) { return PlayerLink::at(ms); }

  std::size_t join(std::uint32_t windowPackets = 8192) {
    PlayerOptions options = PlayerLink::options(100);
    options.peerSocketId = static_cast<std::uint32_t>(1 + players.size());
    options.flowWindowPackets = windowPackets;
    targets.push_back(std::make_unique<Target>(wire.target()));
    players.push_back(std::make_unique<PlayerSender>(options, std::nullopt, *targets.back()));
    view.add(*players.back());
    return players.size() - 1;
  }
  void put(std::int64_t number, std::int64_t originMs) {
    const auto made = source.make(kFirst + number, at(originMs));
    view.put(kFirst + number, made.packet, made.block);
  }
  void flush(std::int64_t nowMs) { view.flush(wire.egress, at(nowMs)); }
  void nak(std::size_t player, std::uint32_t first, std::uint32_t last, std::int64_t nowMs) {
    std::array<std::byte, 8> body;
    std::size_t taken = 0;
    const std::array ranges{SeqRange{first, last}};
    const std::size_t size = writeNak(body, ranges, taken);
    players[player]->onNak(NakReader(Bytes(body).first(size)), view.playable(), wire.egress, at(nowMs));
  }

  // What each player has had since the last call: the numbers in the payloads, and the drops as their sequence
  // numbers from 100.
  std::vector<Sent> take() {
    const auto packets = wire.take();
    std::vector<Sent> all;
    for (std::size_t i = 0; i < players.size(); ++i) {
      all.push_back(readSent(packets, static_cast<std::uint32_t>(1 + i), 100));
    }
    return all;
  }
  Numbers payloads(const Sent& sent) const {
    Numbers numbers;
    for (const SentData& one : sent.data) {
      const std::string text = textOf(one.payload);
      const std::int64_t index = std::stoll(text.substr(7));
      REQUIRE(text == payloadText(index, one.payload.size()));
      numbers.push_back(index - kFirst);
    }
    return numbers;
  }
  Numbers takeOne() { return payloads(take().at(0)); }

  StreamPtr stream;
  StreamView view;
  WireTap wire;
  PacketSource source{4};
  std::vector<std::unique_ptr<Target>> targets;
  std::vector<std::unique_ptr<PlayerSender>> players;
};

}  // namespace

TEST_CASE("direct stream view: what comes goes out with the next flush, out of order too, each once") {
  Show show;
  show.join();
  show.put(0, 0);
  show.put(2, 2);
  show.flush(3);
  show.flush(4);
  CHECK(show.takeOne() == Numbers{0, 2});
  show.put(4, 4);
  show.put(3, 3);
  show.put(1, 1);
  show.put(1, 1);
  show.flush(5);
  CHECK(show.takeOne() == Numbers{1, 3, 4});
  CHECK(show.players[0]->counters().packets == 5);
  show.flush(6);
  CHECK(show.takeOne().empty());
}

TEST_CASE("direct stream view: a player starts with what comes next, at its own first sequence number") {
  Show show;
  show.join();
  show.put(0, 0);
  show.put(1, 1);
  show.join();
  show.flush(1);
  show.join();
  show.put(2, 2);
  show.flush(2);
  const auto sent = show.take();
  CHECK(show.payloads(sent[0]) == Numbers{0, 1, 2});
  CHECK(show.payloads(sent[1]) == Numbers{2});
  CHECK(show.payloads(sent[2]) == Numbers{2});
  CHECK(sent[2].numbers() == Numbers{0});
  CHECK(sent[2].data[0].header.seq == 100);
  CHECK(show.view.playerCount() == 3);
}

TEST_CASE("direct stream view: who has left gets nothing") {
  Show show;
  show.join();
  show.join();
  show.put(0, 0);
  show.flush(0);
  show.view.remove(*show.players[0]);
  show.put(1, 1);
  show.flush(1);
  const auto sent = show.take();
  CHECK(show.payloads(sent[0]) == Numbers{0});
  CHECK(show.payloads(sent[1]) == Numbers{0, 1});
  show.view.remove(*show.players[1]);
  CHECK(show.view.isEmpty());
}

TEST_CASE("direct stream view: what the publisher's receiver has given up is told, once, to those who were to get it") {
  Show show;
  show.join();
  show.put(0, 0);
  show.put(4, 4);
  show.flush(4);
  show.join();
  show.put(5, 5);
  show.view.putGone({kFirst + 1, kFirst + 3});
  show.view.settle(kFirst + 4);
  show.flush(130);
  show.flush(131);
  const auto sent = show.take();
  CHECK(sent[0].drops == NumberRanges{{1, 3}});
  CHECK(sent[1].drops.empty());
  CHECK(show.payloads(sent[1]) == Numbers{5});
  show.nak(0, 102, 103, 150);
  CHECK(show.take()[0].drops == NumberRanges{{2, 3}});
}

TEST_CASE("direct stream view: a player behind the others gets a late packet in its place") {
  Show show;
  show.join();
  show.join(2);
  show.put(0, 0);
  show.put(1, 1);
  show.put(3, 3);
  show.flush(3);
  show.put(2, 2);
  show.flush(4);
  auto sent = show.take();
  CHECK(show.payloads(sent[0]) == Numbers{0, 1, 3, 2});
  CHECK(show.payloads(sent[1]) == Numbers{0, 1});
  show.players[1]->onAck({.nextSeq = 102, .freePackets = 2});
  show.players[1]->pump(show.view.playable(), show.wire.egress, Show::at(5));
  CHECK(show.payloads(show.take()[1]) == Numbers{2, 3});
}

TEST_CASE("direct stream view: timed it lets each packet go after the publisher's latency, in order") {
  Show show(true, 120);
  show.join();
  CHECK(show.view.nextReleaseUs() == StreamView::kNever);
  show.put(1, 10);
  show.put(0, 0);
  show.put(2, 20);
  CHECK(show.view.nextReleaseUs() == Show::at(130));
  show.flush(129);
  CHECK(show.takeOne().empty());
  show.flush(130);
  CHECK(show.view.nextReleaseUs() == Show::at(140));
  show.flush(139);
  const auto sent = show.take();
  CHECK(show.payloads(sent[0]) == Numbers{1});
  // Its own time is when it leaves here, so that the player's latency comes on top.
  CHECK(sent[0].data[0].header.timestampUs == 130'000);
  show.flush(500);
  CHECK(show.takeOne() == Numbers{2});
  CHECK(show.view.nextReleaseUs() == StreamView::kNever);
}

TEST_CASE("direct stream view: timed it waits for a hole as long as what is behind it, then tells that it is gone") {
  Show show(true, 100);
  show.join();
  show.put(0, 0);
  show.put(3, 30);
  show.put(5, 50);
  show.flush(120);
  show.put(2, 20);
  show.flush(129);
  CHECK(show.takeOne() == Numbers{0, 2});
  show.nak(0, 101, 101, 129);
  CHECK(show.take()[0].drops == NumberRanges{{1, 1}});
  show.flush(149);
  auto sent = show.take();
  CHECK(show.payloads(sent[0]) == Numbers{3});
  CHECK(sent[0].drops.empty());
  show.flush(150);
  sent = show.take();
  CHECK(show.payloads(sent[0]) == Numbers{5});
  CHECK(sent[0].drops == NumberRanges{{4, 4}});
  // Too late for the order, but there for who still asks.
  show.put(4, 40);
  show.flush(160);
  CHECK(show.takeOne().empty());
  show.nak(0, 104, 104, 160);
  CHECK(show.takeOne() == Numbers{4});
}

TEST_CASE("direct stream view: timed a player that joins gets what is held back from then on") {
  Show show(true, 100);
  show.join();
  for (int i = 0; i < 10; ++i) show.put(i, i * 10);
  show.flush(145);
  show.join();
  show.flush(165);
  const auto sent = show.take();
  CHECK(show.payloads(sent[0]) == count(0, 6));
  CHECK(show.payloads(sent[1]) == Numbers{5, 6});
}

TEST_CASE("direct stream view: players are reminded of the last packet when the stream pauses, for a few seconds") {
  Show show;
  show.join();
  show.put(0, 0);
  show.flush(0);
  show.players[0]->onAck({.nextSeq = 100, .rttUs = 1000, .freePackets = 8192});
  show.take();
  show.view.tickFast(show.wire.egress, Show::at(39));
  CHECK(show.takeOne().empty());
  show.view.tickFast(show.wire.egress, Show::at(40));
  CHECK(show.takeOne() == Numbers{0});
  show.view.tickFast(show.wire.egress, Show::at(5001));
  CHECK(show.takeOne().empty());
}

TEST_CASE("direct stream view: a player that waits for its window is reminded although the stream goes on") {
  Show show;
  show.join();
  show.join(2);
  show.put(0, 0);
  show.put(1, 0);
  show.flush(0);
  for (auto& player : show.players) player->onAck({.nextSeq = 100, .rttUs = 1000, .freePackets = 2});
  show.take();
  // Both of its packets are lost: it has nothing to ask for, and the window stays shut.
  Numbers reminded;
  for (int ms = 10; ms <= 60; ms += 10) {
    show.players[0]->onAck({.nextSeq = static_cast<std::uint32_t>(100 + ms / 10), .rttUs = 1000, .freePackets = 9});
    show.put(1 + ms / 10, ms);
    show.flush(ms);
    show.view.tickFast(show.wire.egress, Show::at(ms));
    const auto sent = show.take();
    CHECK(show.payloads(sent[0]).size() == 1);
    for (const std::int64_t number : show.payloads(sent[1])) reminded.push_back(number);
  }
  CHECK(reminded == Numbers{1});
}

TEST_CASE("direct stream view: packets on their way out outlive the store") {
  // So little room that a new packet throws out what a request was just answered with.
  Show show(false, 120, 8 * kPayloadBytes);
  show.join();
  for (int i = 0; i < 8; ++i) show.put(i, i);
  show.flush(8);
  show.take();
  show.nak(0, 100, 107, 10);
  for (int i = 8; i < 40; ++i) show.put(i, i);
  CHECK(show.view.playable().store.find(kFirst + 7) == nullptr);
  CHECK(show.takeOne() == count(0, 7));
}

TEST_CASE("direct stream view: packets on their way out outlive a store that starts anew") {
  Show show;
  show.join();
  for (int i = 0; i < 8; ++i) show.put(i, i);
  show.flush(8);
  show.put(8 + 2 * PacketStore::kMaxPackets, 9);
  CHECK(show.takeOne() == count(0, 7));
}

TEST_CASE("direct stream view: after a jump too far for the store players go on with what came") {
  Show show;
  show.join();
  show.put(0, 0);
  show.flush(0);
  constexpr std::int64_t kFar = 3 * PacketStore::kMaxPackets;
  show.put(kFar, 100);
  show.view.putGone({kFirst + 1, kFirst + kFar - 1});
  show.view.settle(kFirst + kFar + 1);
  show.put(kFar + 1, 101);
  show.flush(101);
  const auto sent = show.take();
  CHECK(show.payloads(sent[0]) == Numbers{0, kFar, kFar + 1});
  CHECK(sent[0].numbers() == count(0, 2));
  CHECK(sent[0].drops.empty());
}

TEST_CASE("direct stream view: deferred answers go with the next packets, or when there are none for a while") {
  Show show;
  show.join();
  show.put(0, 0);
  show.flush(0);
  show.wire.take();
  show.players[0]->deferAckAck(4);
  show.view.tickFast(show.wire.egress, Show::at(4));
  CHECK(show.wire.take().empty());
  show.view.tickFast(show.wire.egress, Show::at(5));
  CHECK(show.wire.take().size() == 1);
  show.players[0]->deferAckAck(5);
  show.put(1, 6);
  show.flush(6);
  const auto packets = show.wire.take();
  REQUIRE(packets.size() == 2);
  CHECK_FALSE(isControl(packets[0].data()));
  CHECK(readControlHeader(packets[1].data()).info == 5);
}

TEST_CASE("direct stream view: keeps packets for the publisher's latency, the longest of a player, and a second") {
  Show show(false, 300);
  show.join();
  show.view.noteLatency(500);
  show.view.noteLatency(200);
  for (int i = 0; i < 100; ++i) show.put(i, i * 100);
  show.flush(9900);
  show.take();
  show.view.trim(Show::at(9900));
  CHECK(show.view.playable().store.tail() == kFirst + 81);
  CHECK(show.view.storedBytes() == 19 * kPayloadBytes);
}

TEST_CASE("direct stream view: timed it keeps them for the time that it holds them back too") {
  Show show(true, 300);
  show.view.noteLatency(500);
  show.put(0, 0);
  show.put(1, 100);
  show.view.trim(Show::at(2100));
  CHECK(show.view.playable().store.tail() == kFirst);
  show.view.trim(Show::at(2101));
  CHECK(show.view.playable().store.tail() == kFirst + 1);
}
