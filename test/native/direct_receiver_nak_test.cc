// When missing packets are asked for.
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

ReceiverOptions tolerant(int lossMaxTtlPackets) {
  ReceiverOptions options = ReceiverLink::options();
  options.latencyMs = 2000;
  options.lossMaxTtlPackets = lossMaxTtlPackets;
  return options;
}

}  // namespace

TEST_CASE("direct receiver: a gap is asked for at once, and each gap once") {
  CheckedLink link;
  link.sendAll(0, 1);
  link.send(4, 4);
  CHECK(link.asked() == Ranges{{2, 3}});
  link.send(5, 5);
  CHECK(link.asked().empty());
  link.send(7, 7);
  CHECK(link.asked() == Ranges{{6, 6}});
}

TEST_CASE("direct receiver: what does not come is asked for again") {
  CheckedLink link(tolerant(0));
  link.send(0, 0);
  link.send(4, 4);
  // Until a round trip was measured: half of 100 ms and four times 50 ms.
  link.tick(4 + 149);
  CHECK(link.asked().empty());
  link.send(2, 4 + 149, true);
  link.tick(4 + 150);
  CHECK(link.asked() == Ranges{{1, 1}, {3, 3}});
  link.tick(4 + 299);
  CHECK(link.asked().empty());
  link.tick(4 + 300);
  CHECK(link.asked() == Ranges{{1, 1}, {3, 3}});
}

TEST_CASE("direct receiver: in the last two rounds it asks twice as often") {
  CheckedLink link(tolerant(0));
  link.send(0, 0);
  link.send(2, 2);
  link.tick(1750);
  CHECK(link.asked() == Ranges{{1, 1}});
  // Due at 2002, and no round trip of other than 100 ms was measured.
  link.tick(1802);
  CHECK(link.asked().empty());
  link.tick(1824);
  CHECK(link.asked().empty());
  link.tick(1825);
  CHECK(link.asked() == Ranges{{1, 1}});
  link.tick(1900);
  CHECK(link.asked() == Ranges{{1, 1}});
}

TEST_CASE("direct receiver: on a short way it asks every 20 ms") {
  CheckedLink link(tolerant(0));
  std::uint32_t ackNumber = 0;
  for (int i = 0; i < 50; ++i) {
    link.send(i, i * 10);
    link.tick(i * 10);
    REQUIRE(link.model.acks().size() == 1);
    ackNumber = link.model.acks().front().number;
    link.ackAck(ackNumber, i * 10 + 2);
  }
  CHECK(link.model.receiver().rtt().us() == 2000);
  link.send(51, 500);
  link.tick(519);
  CHECK(link.asked().empty());
  link.tick(520);
  CHECK(link.asked() == Ranges{{50, 50}});
}

TEST_CASE("direct receiver: without periodic NAK it asks once") {
  ReceiverOptions options = tolerant(0);
  options.isPeriodicNak = false;
  CheckedLink link(options);
  link.send(2, 2);
  CHECK(link.asked() == Ranges{{0, 1}});
  for (int nowMs = 10; nowMs < 2000; nowMs += 10) {
    link.tick(nowMs);
    CHECK(link.asked().empty());
  }
}

TEST_CASE("direct receiver: having seen reordering it waits as many packets") {
  CheckedLink link(tolerant(40));
  link.sendAll(0, 1);
  link.send(3, 3);
  CHECK(link.asked() == Ranges{{2, 2}});
  link.sendAll(4, 5);
  // It came by itself, three places late.
  CHECK(link.send(2, 6) == Arrival::Recovered);
  link.send(7, 7);
  CHECK(link.asked().empty());
  link.sendAll(8, 9);
  CHECK(link.asked().empty());
  link.send(10, 10);
  CHECK(link.asked() == Ranges{{6, 6}});
}

TEST_CASE("direct receiver: the tolerance has a limit, and a retransmission does not raise it") {
  CheckedLink link(tolerant(2));
  link.send(10, 10);
  CHECK(link.send(1, 11, true) == Arrival::Recovered);
  link.send(12, 12);
  CHECK(link.asked() == Ranges{{11, 11}});
  // Twelve places late.
  CHECK(link.send(0, 13) == Arrival::Recovered);
  link.send(14, 14);
  link.send(15, 15);
  CHECK(link.asked().empty());
  link.send(16, 16);
  CHECK(link.asked() == Ranges{{13, 13}});
}

TEST_CASE("direct receiver: the tolerance fades in order") {
  CheckedLink link(tolerant(40));
  link.send(0, 0);
  link.send(2, 2);
  link.send(1, 3);
  link.send(4, 4);
  CHECK(link.asked().empty());
  link.send(3, 4, true);
  link.sendAll(5, 54);
  link.send(56, 56);
  CHECK(link.asked() == Ranges{{55, 55}});
}

TEST_CASE("direct receiver: a gap that waits for packets of a slow stream is asked for in time") {
  CheckedLink link(tolerant(40));
  link.send(0, 0);
  link.send(30, 30);
  for (int i = 1; i < 30; ++i) link.send(i, 31);
  link.send(32, 32);
  CHECK(link.asked().empty());
  link.tick(32 + 149);
  CHECK(link.asked().empty());
  link.tick(32 + 150);
  CHECK(link.asked() == Ranges{{31, 31}});
}
