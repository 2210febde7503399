// What is given up: too late, or dropped by the publisher.
#include <doctest/doctest.h>

#include "direct_receiver_link.h"

using namespace sls::direct;
using sls::test::ReceiverLink;
using Ranges = ReceiverLink::Ranges;

namespace {

struct CheckedLink : ReceiverLink {
  using ReceiverLink::ReceiverLink;
  ~CheckedLink() { CHECK(model.fault() == ""); }
};

}  // namespace

TEST_CASE("direct receiver: a hole is given up when the packet behind it is due") {
  CheckedLink link;
  link.sendAll(0, 4);
  link.send(10, 40);
  link.send(7, 50, true);
  link.send(12, 52);
  link.tick(126);
  CHECK(link.givenUp().empty());
  link.tick(127);
  CHECK(link.givenUp() == Ranges{{5, 6}});
  CHECK(link.firstMissing() == 8);
  link.tick(132);
  CHECK(link.givenUp() == Ranges{{8, 9}, {11, 11}});
  CHECK(link.firstMissing() == 13);
  CHECK(link.model.receiver().counters().dropped == 5);
}

TEST_CASE("direct receiver: a hole with nothing behind it can wait") {
  CheckedLink link;
  link.send(0, 0);
  link.tick(10'000);
  CHECK(link.givenUp().empty());
  CHECK(link.send(1, 10'000, true) == Arrival::Next);
}

TEST_CASE("direct receiver: what is given up is acknowledged") {
  CheckedLink link;
  link.send(0, 0);
  link.tick(5);
  link.send(3, 6);
  link.tick(123);
  CHECK(link.givenUp() == Ranges{{1, 2}});
  REQUIRE(link.model.acks().size() == 1);
  CHECK(link.number(link.model.acks().front().ack.nextSeq) == 4);
}

TEST_CASE(
    "direct receiver: a timestamp from the future holds a hole open for no more than two latencies and a second") {
  CheckedLink link;
  link.send(0, 0);
  link.send(2, 2, 1'000'000, false);
  link.tick(1241);
  CHECK(link.givenUp().empty());
  link.tick(1242);
  CHECK(link.givenUp() == Ranges{{1, 1}});
}

TEST_CASE("direct receiver: a drop request gives up what is missing of its range") {
  CheckedLink link;
  link.sendAll(0, 2);
  link.send(5, 5);
  link.send(9, 9);
  SUBCASE("across holes") {
    link.drop(1, 7, 10);
    CHECK(link.givenUp() == Ranges{{3, 4}, {6, 7}});
    CHECK(link.firstMissing() == 8);
    CHECK(link.send(6, 11, true) == Arrival::Belated);
  }
  SUBCASE("behind an older hole") {
    link.drop(6, 8, 10);
    CHECK(link.givenUp() == Ranges{{6, 8}});
    CHECK(link.firstMissing() == 3);
    CHECK(link.send(7, 11, true) == Arrival::Belated);
    CHECK(link.send(3, 11, true) == Arrival::Recovered);
    link.send(4, 12, true);
    CHECK(link.firstMissing() == 10);
  }
  SUBCASE("of what has arrived") {
    link.drop(0, 2, 10);
    link.drop(5, 5, 10);
    CHECK(link.givenUp().empty());
    CHECK(link.end() == 10);
  }
  SUBCASE("twice") {
    link.drop(3, 4, 10);
    CHECK(link.givenUp() == Ranges{{3, 4}});
    link.drop(3, 4, 11);
    CHECK(link.givenUp().empty());
  }
}

TEST_CASE("direct receiver: a drop request beyond the end moves it") {
  CheckedLink link;
  link.sendAll(0, 2);
  SUBCASE("from the end on") {
    link.drop(3, 9, 10);
    CHECK(link.givenUp() == Ranges{{3, 9}});
  }
  SUBCASE("with a hole") {
    link.send(5, 5);
    link.drop(1, 9, 10);
    CHECK(link.givenUp() == Ranges{{3, 4}, {6, 9}});
  }
  CHECK(link.end() == 10);
  CHECK(link.firstMissing() == 10);
  CHECK(link.send(10, 10) == Arrival::Next);
  CHECK(link.asked().empty());
  CHECK(link.send(9, 11, true) == Arrival::Belated);
}

TEST_CASE("direct receiver: a drop request with a gap before it waits until the gap shows") {
  CheckedLink link;
  link.sendAll(0, 2);
  link.drop(5, 9, 10);
  CHECK(link.givenUp().empty());
  CHECK(link.end() == 3);
}

TEST_CASE("direct receiver: an absurd drop request is clipped to the window") {
  CheckedLink link;
  link.sendAll(0, 9);
  link.drop(0, 1 << 29, 10);
  CHECK(link.givenUp() == Ranges{{10, 10 + 25'599}});
  link.drop(100, 50, 11);
  CHECK(link.givenUp().empty());
}

TEST_CASE("direct receiver: drop requests across the wrap") {
  CheckedLink link(ReceiverLink::options(kSeqMask - 4));
  link.sendAll(0, 1);
  link.send(9, 9);
  link.drop(2, 8, 10);
  CHECK(link.givenUp() == Ranges{{2, 8}});
  CHECK(link.firstMissing() == 10);
}
