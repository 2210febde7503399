#include "direct/stream/stream_tap.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "direct/stream/stream_view.h"
#include "direct_packet_source.h"
#include "direct_wire_tap.h"
#include "tap_reader.h"

using namespace sls;
using namespace sls::direct;
using namespace sls::direct::test;
using sls::test::TapReader;

namespace {

constexpr MonoUs kStartUs = 50'000'000;
constexpr std::size_t kPacketBytes = 1316;

// A view with nothing but taps; packets are counted from 0, times are in milliseconds.
struct Show {
  explicit Show(bool isTimed = false, int publisherLatencyMs = 120)
      : stream(std::make_shared<SharedStream>("live")), view(stream, isTimed, 256 << 20) {
    stream->publisherLatencyMs = publisherLatencyMs;
  }

  static MonoUs at(std::int64_t ms) { return kStartUs + ms * 1000; }
  TapReader join() {
    OpenedTap opened = openTap(totals);
    view.addTap(std::move(opened.tap));
    return TapReader(std::move(opened.reader));
  }
  void put(std::int64_t number, std::int64_t originMs) {
    const auto made = source.make(number, at(originMs), kPacketBytes);
    view.put(number, made.packet, made.block);
  }
  // Whatever has come, and the taps' turn.
  void go(std::int64_t nowMs) {
    view.flush(wire.egress, at(nowMs));
    view.pumpTaps(at(nowMs));
  }

  StreamPtr stream;
  StreamView view;
  WireTap wire;
  PacketSource source;
  TapTotals totals;
};

std::string texts(std::int64_t first, std::int64_t last) {
  std::string all;
  for (std::int64_t number = first; number <= last; ++number) all += payloadText(number, kPacketBytes);
  return all;
}

}  // namespace

TEST_CASE("direct stream tap: brings what comes, once, and is no player") {
  Show show;
  TapReader reader = show.join();
  show.go(0);
  CHECK(reader.read().empty());
  for (int i = 0; i < 100; ++i) show.put(i, i);
  show.view.settle(100);
  show.go(100);
  CHECK(reader.read() == texts(0, 99));
  show.go(110);
  CHECK(reader.read().empty());
  CHECK(show.view.playerCount() == 0);
  CHECK_FALSE(show.view.isEmpty());
}

TEST_CASE("direct stream tap: waits at a hole until it is filled or given up") {
  Show show;
  TapReader reader = show.join();
  show.put(0, 0);
  show.put(2, 2);
  show.put(4, 4);
  show.view.settle(1);
  show.go(5);
  CHECK(reader.read() == texts(0, 0));
  show.put(1, 1);
  show.view.settle(3);
  show.go(6);
  CHECK(reader.read() == texts(1, 2));
  show.go(100);
  CHECK(reader.read().empty());
  show.view.settle(5);
  show.go(120);
  CHECK(reader.read() == texts(4, 4));
  CHECK(show.totals.dropped == 0);
}

TEST_CASE("direct stream tap: a newcomer begins up to two seconds back") {
  Show show;
  TapReader first = show.join();
  for (int i = 0; i < 50; ++i) {
    show.put(i, i * 100);
    show.view.settle(i + 1);
    show.go(i * 100);
    show.view.trim(Show::at(i * 100));
  }
  CHECK(first.read() == texts(0, 49));
  TapReader late = show.join();
  show.go(4910);
  CHECK(late.read() == texts(30, 49));
}

TEST_CASE("direct stream tap: in time order it brings what is due, and begins by the time of release") {
  Show show(true, 1000);
  TapReader reader = show.join();
  for (int i = 0; i < 50; ++i) show.put(i, i * 100);
  show.put(60, 6000);
  show.go(3000);
  CHECK(reader.read() == texts(0, 20));
  TapReader late = show.join();
  show.go(7000);
  CHECK(reader.read() == texts(21, 49) + texts(60, 60));
  CHECK(late.read() == texts(40, 49) + texts(60, 60));
}

TEST_CASE("direct stream tap: a stuck reader goes on with what is live, in whole messages") {
  Show show;
  TapReader stuck = show.join();
  TapReader other = show.join();
  std::string rest;
  int number = 0;
  int ms = 0;
  // Eight packets in ten milliseconds.
  for (; ms < 20'000 && show.totals.dropped == 0; ms += 10) {
    for (int i = 0; i < 8; ++i) show.put(number++, ms);
    show.view.settle(number);
    show.go(ms);
    show.view.trim(Show::at(ms));
    rest = other.read();
  }
  CHECK(rest == texts(number - 8, number - 1));
  REQUIRE(show.totals.dropped > 0);
  std::string got = stuck.read();
  REQUIRE(got.size() % kPacketBytes == 0);
  const auto had = static_cast<std::int64_t>(got.size() / kPacketBytes);
  CHECK(got == texts(0, had - 1));
  CHECK(show.totals.dropped == static_cast<std::uint64_t>(number - had));
  show.put(number, ms);
  show.view.settle(number + 1);
  show.go(ms);
  CHECK(stuck.read() == texts(number, number));
  CHECK(other.read() == texts(number, number));
}

TEST_CASE("direct stream tap: a publisher whose clock is behind is not taken for a slow reader") {
  Show show(false, 20);
  TapReader reader = show.join();
  for (int i = 0; i < 10; ++i) show.put(i, i);
  show.view.settle(10);
  show.go(9000);
  show.put(10, 10);
  show.view.settle(11);
  show.go(9010);
  CHECK(show.totals.dropped == 0);
  CHECK(reader.read().ends_with(texts(10, 10)));
}

TEST_CASE("direct stream tap: one whose reader has gone is forgotten, and the view with the last") {
  Show show;
  TapReader one = show.join();
  TapReader two = show.join();
  one.close();
  show.go(0);
  CHECK(show.totals.open == 1);
  CHECK_FALSE(show.view.isEmpty());
  show.view.closeTaps();
  CHECK(two.read().empty());
  CHECK(two.isEnded());
  CHECK(show.view.isEmpty());
  CHECK(show.totals.open == 0);
}
