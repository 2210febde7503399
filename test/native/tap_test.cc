#include "core/tap.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ring_tap.h"
#include "core/stream.h"
#include "fake_session.h"
#include "tap_reader.h"

using namespace sls;
using sls::test::FakeSession;
using sls::test::TapReader;

namespace {

constexpr std::size_t kRingBytes = 64 * Ring::kMaxMessageBytes;

void write(Ring& ring, const std::string& text) {
  std::memcpy(ring.claim().data(), text.data(), text.size());
  ring.commit(text.size());
}

std::string messageOf(int number) { return std::string(1315, static_cast<char>('a' + number % 26)) + '\n'; }

}  // namespace

TEST_CASE("tap: so many are open at once, and a closed one makes room") {
  TapTotals totals;
  std::vector<OpenedTap> taps;
  for (int i = 0; i < Tap::kMaxOpen; ++i) taps.push_back(openTap(totals));
  CHECK(totals.open == 64);
  CHECK_THROWS_AS(openTap(totals), EngineError);
  CHECK(totals.open == 64);
  taps.pop_back();
  CHECK(totals.open == 63);
  const OpenedTap another = openTap(totals);
  CHECK(totals.open == 64);
  CHECK((fcntl(another.reader.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((fcntl(another.reader.get(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_CASE("tap: counts what its readers were given") {
  TapTotals totals;
  {
    const OpenedTap one = openTap(totals);
    const std::string text = "twelve bytes";
    const TapMessage message = std::as_bytes(std::span(text));
    CHECK(one.tap->write({&message, 1}) == 1);
    one.tap->countDropped(3);
  }
  CHECK(totals.open == 0);
  CHECK(totals.bytes == 12);
  CHECK(totals.dropped == 3);
}

TEST_CASE("ring tap: brings every message from its cursor on") {
  TapTotals totals;
  OpenedTap opened = openTap(totals);
  TapReader reader(std::move(opened.reader));
  Ring ring(kRingBytes);
  for (int i = 0; i < 5; ++i) write(ring, std::to_string(i));
  RingTap tap(std::move(opened.tap), 2);
  CHECK(tap.pump(ring));
  CHECK(reader.read() == "234");
  CHECK(tap.pump(ring));
  CHECK(reader.read().empty());
  for (int i = 5; i < 45; ++i) write(ring, "x");
  CHECK(tap.pump(ring));
  CHECK(reader.read() == std::string(40, 'x'));
  reader.close();
  CHECK_FALSE(tap.pump(ring));
}

TEST_CASE("ring tap: a reader that is lapped goes on with what is live, in whole messages") {
  TapTotals totals;
  OpenedTap opened = openTap(totals);
  TapReader reader(std::move(opened.reader));
  Ring ring(kRingBytes);
  RingTap tap(std::move(opened.tap), 0);
  int written = 0;
  while (totals.dropped == 0) {
    for (int i = 0; i < 16; ++i) write(ring, messageOf(written++));
    REQUIRE(tap.pump(ring));
    REQUIRE(written < 100'000);
  }
  std::string got = reader.read();
  write(ring, "live");
  CHECK(tap.pump(ring));
  got += reader.read();
  CHECK(got.ends_with("\nlive"));
  CHECK((got.size() - 4) % 1316 == 0);
  const auto had = static_cast<int>((got.size() - 4) / 1316);
  CHECK(totals.dropped == static_cast<std::uint64_t>(written - had));
}

TEST_CASE("ring: how far back so much payload reaches") {
  Ring ring(kRingBytes);
  CHECK(ring.numberBack(1000) == 0);
  for (int i = 0; i < 10; ++i) write(ring, std::string(100, 'x'));
  CHECK(ring.numberBack(0) == 10);
  CHECK(ring.numberBack(99) == 10);
  CHECK(ring.numberBack(250) == 8);
  CHECK(ring.numberBack(10'000) == 0);
  for (int i = 0; i < 100; ++i) write(ring, std::string(100, 'x'));
  CHECK(ring.numberBack(1'000'000) == ring.oldest());
}

TEST_CASE("stream: its taps are no players, and end with it") {
  TapTotals totals;
  OpenedTap opened = openTap(totals);
  TapReader reader(std::move(opened.reader));
  {
    LiveStreams live;
    Stream stream("key", kRingBytes, live);
    FakeSession publisher(Role::Publish);
    stream.attachPublisher(publisher, 0);
    stream.attachTap(std::move(opened.tap));
    CHECK(stream.players().empty());
    test::deliver(stream, publisher, "one");
    stream.pumpTaps();
    CHECK(reader.read() == "one");
    stream.detach(publisher, 100);
    CHECK(stream.isOver(100'000));
    stream.pumpTaps();
    CHECK(reader.read().empty());
    CHECK_FALSE(reader.isEnded());
  }
  CHECK(reader.read().empty());
  CHECK(reader.isEnded());
  CHECK(totals.open == 0);
}

TEST_CASE("stream: a tap whose reader has gone is forgotten, the others are not") {
  TapTotals totals;
  OpenedTap gone = openTap(totals);
  OpenedTap stays = openTap(totals);
  TapReader reader(std::move(stays.reader));
  LiveStreams live;
  Stream stream("key", kRingBytes, live);
  stream.attachTap(std::move(gone.tap));
  stream.attachTap(std::move(stays.tap));
  gone.reader.close();
  stream.pumpTaps();
  CHECK(totals.open == 1);
  CHECK_FALSE(reader.isEnded());
}
