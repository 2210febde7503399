// What becomes of a packet that arrives.
#include <doctest/doctest.h>

#include "direct_receiver_link.h"

using namespace sls::direct;
using sls::test::ReceiverLink;

namespace {

struct CheckedLink : ReceiverLink {
  using ReceiverLink::ReceiverLink;
  ~CheckedLink() { CHECK(model.fault() == ""); }
};

}  // namespace

TEST_CASE("direct receiver: packets in order") {
  CheckedLink link;
  for (int i = 0; i < 100; ++i) CHECK(link.send(i, i) == Arrival::Next);
  CHECK(link.firstMissing() == 100);
  CHECK(link.end() == 100);
  const ReceiverCounters& counters = link.model.receiver().counters();
  CHECK(counters.packets == 100);
  CHECK(counters.bytes == 131'600);
  CHECK(counters.wireBytes == 136'000);
  CHECK(counters.lost == 0);
}

TEST_CASE("direct receiver: a gap is filled, from wherever") {
  CheckedLink link;
  link.sendAll(0, 2);
  CHECK(link.send(6, 6) == Arrival::Next);
  CHECK(link.firstMissing() == 3);
  CHECK(link.end() == 7);
  CHECK(link.send(4, 7, true) == Arrival::Recovered);
  CHECK(link.send(3, 8, true) == Arrival::Recovered);
  CHECK(link.firstMissing() == 5);
  CHECK(link.send(5, 9, true) == Arrival::Recovered);
  CHECK(link.firstMissing() == 7);
  const ReceiverCounters& counters = link.model.receiver().counters();
  CHECK(counters.lost == 3);
  CHECK(counters.retransmitted == 3);
  CHECK(counters.dropped == 0);
}

TEST_CASE("direct receiver: the first packets may be missing") {
  CheckedLink link;
  CHECK(link.send(2, 2) == Arrival::Next);
  CHECK(link.asked() == ReceiverLink::Ranges{{0, 1}});
  CHECK(link.send(0, 3, true) == Arrival::Recovered);
  CHECK(link.send(1, 3, true) == Arrival::Recovered);
  CHECK(link.firstMissing() == 3);
}

TEST_CASE("direct receiver: duplicates, in order and behind a gap") {
  CheckedLink link;
  link.sendAll(0, 2);
  link.send(5, 5);
  CHECK(link.send(5, 6) == Arrival::Duplicate);
  CHECK(link.send(0, 6) == Arrival::Duplicate);
  link.send(3, 7, true);
  CHECK(link.send(3, 8, true) == Arrival::Duplicate);
  const ReceiverCounters& counters = link.model.receiver().counters();
  CHECK(counters.duplicates == 3);
  CHECK(counters.packets == 5);
  CHECK(counters.wirePackets == 8);
}

TEST_CASE("direct receiver: what was given up, or comes from before the start, is belated") {
  CheckedLink link;
  CHECK(link.send(-1, 0) == Arrival::Belated);
  link.send(0, 0);
  link.send(2, 2);
  link.tick(122);
  CHECK(link.givenUp() == ReceiverLink::Ranges{{1, 1}});
  CHECK(link.send(1, 123, true) == Arrival::Belated);
  CHECK(link.model.receiver().counters().belated == 2);
}

TEST_CASE("direct receiver: the window ends behind the first missing packet") {
  ReceiverOptions options = ReceiverLink::options();
  options.windowPackets = 100;
  CheckedLink link(options);
  link.send(0, 0);
  CHECK(link.send(101, 1) == Arrival::OutOfWindow);
  CHECK(link.end() == 1);
  CHECK(link.send(100, 2) == Arrival::Next);
  CHECK(link.send(101, 3) == Arrival::OutOfWindow);
  CHECK(link.send(1, 4, true) == Arrival::Recovered);
  CHECK(link.send(101, 5) == Arrival::Next);
  CHECK(link.model.receiver().counters().wirePackets == 6);
}

TEST_CASE("direct receiver: half of the number space away is out of the window, or before the start") {
  CheckedLink link;
  link.send(0, 0);
  CHECK(link.send((1 << 30) - 1, 1) == Arrival::OutOfWindow);
  CHECK(link.send(-(1 << 30) + 1, 1) == Arrival::Belated);
  CHECK(link.end() == 1);
}

TEST_CASE("direct receiver: sequence numbers and timestamps wrap unnoticed") {
  ReceiverOptions options = ReceiverLink::options(kSeqMask - 49);
  options.startTimestampUs = 0xFFFF'FFFF - 60'000;
  CheckedLink link(options);
  link.sendAll(0, 44);
  link.send(55, 55);
  CHECK(link.asked() == ReceiverLink::Ranges{{45, 54}});
  for (int i = 45; i < 55; ++i) CHECK(link.send(i, 60 + i, true) == Arrival::Recovered);
  link.sendAll(56, 100);
  CHECK(link.firstMissing() == 101);
  link.send(105, 105);
  link.tick(105 + 119);
  CHECK(link.givenUp().empty());
  link.tick(105 + 120);
  CHECK(link.givenUp() == ReceiverLink::Ranges{{101, 104}});
}

TEST_CASE("direct receiver: after an outage longer than the window it goes on with what comes") {
  ReceiverOptions options = ReceiverLink::options();
  options.windowPackets = 100;
  CheckedLink link(options);
  link.sendAll(0, 9);
  link.send(15, 15);
  CHECK(link.send(500, 1134) == Arrival::OutOfWindow);
  CHECK(link.send(501, 1135) == Arrival::Next);
  CHECK(link.givenUp() == ReceiverLink::Ranges{{10, 14}, {16, 500}});
  CHECK(link.firstMissing() == 502);
  CHECK(link.model.receiver().counters().dropped == 490);
  CHECK(link.send(15, 1136) == Arrival::Belated);
  CHECK(link.send(2'000'000, 3000) == Arrival::OutOfWindow);
}

TEST_CASE("direct receiver: jumps to the end of the window, again and again, cost a range each") {
  CheckedLink link;
  std::int64_t number = 0;
  for (int i = 0; i < 5000; ++i) {
    number = link.firstMissing() + 25'599;
    CHECK(link.send(number, i, -20'000, false) == Arrival::Next);
    CHECK(link.model.naks().size() == 1);
    CHECK(link.asked().size() == 1);
    // It claims to be from long ago, so the hole is given up as soon as anybody looks.
    link.tick(i);
    CHECK(link.givenUp().size() == 1);
  }
  CHECK(link.model.receiver().counters().packets == 5000);
}

TEST_CASE("direct receiver: above a thousand holes the oldest are given up") {
  CheckedLink link;
  for (int i = 0; i < 3000; ++i) {
    link.send(i * 2 + 1, 0);
    CHECK(link.givenUp().size() == (i < 1023 ? 0U : 1U));
  }
  CHECK(link.end() == 6000);
  CHECK(link.firstMissing() == (3000 - 1023) * 2);
  // A range that a packet splits makes one more of them too.
  link.send(6100, 0);
  link.send(6050, 0, true);
  CHECK(link.givenUp().size() == 1);
}
