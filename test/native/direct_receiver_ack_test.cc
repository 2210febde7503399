// When it acknowledges, and what the answers tell.
#include <doctest/doctest.h>

#include "direct_receiver_link.h"

using namespace sls::direct;
using sls::test::ReceiverLink;

namespace {

struct CheckedLink : ReceiverLink {
  using ReceiverLink::ReceiverLink;
  ~CheckedLink() { CHECK(model.fault() == ""); }

  // Of the last call: its number, 0 for a light one, -1 for none.
  int ackNumber() const {
    CHECK(model.acks().size() <= 1);
    return model.acks().empty() ? -1 : static_cast<int>(model.acks().front().number);
  }
};

}  // namespace

TEST_CASE("direct receiver: nothing is acknowledged before something came") {
  CheckedLink link;
  link.tick(10);
  CHECK(link.ackNumber() == -1);
}

TEST_CASE("direct receiver: a full ACK for what is new") {
  CheckedLink link;
  link.sendAll(0, 4);
  link.tick(10);
  REQUIRE(link.ackNumber() == 1);
  const Ack& ack = link.model.acks().front().ack;
  CHECK(ack.kind == AckKind::Full);
  CHECK(link.number(ack.nextSeq) == 5);
  CHECK(ack.rttUs == 100'000);
  CHECK(ack.rttVarianceUs == 50'000);
  CHECK(ack.freePackets == 25'600);
  link.tick(20);
  CHECK(link.ackNumber() == -1);
  link.send(5, 21);
  link.tick(30);
  CHECK(link.ackNumber() == 2);
}

TEST_CASE("direct receiver: it stops at the first missing packet, and says how much room is behind") {
  CheckedLink link;
  link.sendAll(0, 4);
  link.send(15, 15);
  link.tick(20);
  REQUIRE(link.ackNumber() == 1);
  CHECK(link.number(link.model.acks().front().ack.nextSeq) == 5);
  CHECK(link.model.acks().front().ack.freePackets == 25'600 - 11);
  link.send(16, 16);
  link.tick(30);
  CHECK(link.ackNumber() == -1);
}

TEST_CASE("direct receiver: the room is never said to be less than two packets") {
  ReceiverOptions options = ReceiverLink::options();
  options.windowPackets = 16;
  CheckedLink link(options);
  link.send(0, 0);
  link.send(16, 1);
  link.tick(10);
  REQUIRE(link.ackNumber() == 1);
  CHECK(link.model.acks().front().ack.freePackets == 2);
}

TEST_CASE("direct receiver: an ACK is repeated until it is answered") {
  CheckedLink link;
  link.send(0, 0);
  link.tick(10);
  CHECK(link.ackNumber() == 1);
  link.tick(309);
  CHECK(link.ackNumber() == -1);
  link.tick(310);
  CHECK(link.ackNumber() == 2);
  link.ackAck(1, 311);
  for (int nowMs = 320; nowMs < 2000; nowMs += 10) {
    link.tick(nowMs);
    CHECK(link.ackNumber() == -1);
  }
}

TEST_CASE("direct receiver: an ACKACK gives the round trip time, once") {
  CheckedLink link;
  const Rtt& rtt = link.model.receiver().rtt();
  link.send(0, 0);
  link.tick(10);
  CHECK_FALSE(rtt.hasSample());
  link.ackAck(1, 50);
  CHECK(rtt.us() == 40'000);
  CHECK(rtt.varianceUs() == 20'000);
  link.ackAck(1, 90);
  CHECK(rtt.us() == 40'000);
  link.send(1, 91);
  link.tick(100);
  link.ackAck(2, 220);
  CHECK(rtt.us() == 50'000);
  CHECK(rtt.varianceUs() == 35'000);
}

TEST_CASE("direct receiver: ACKACKs of what was never sent, or long ago, are ignored") {
  CheckedLink link;
  link.send(0, 0);
  link.tick(10);
  for (const std::uint32_t number : {0U, 2U, 257U, 0xFFFF'FFFFU}) link.ackAck(number, 20);
  CHECK_FALSE(link.model.receiver().rtt().hasSample());
  for (int i = 1; i <= 256; ++i) {
    link.send(i, 10 + i);
    link.tick(10 + i);
  }
  link.ackAck(1, 300);
  CHECK_FALSE(link.model.receiver().rtt().hasSample());
  link.ackAck(2, 300);
  CHECK(link.model.receiver().rtt().us() == 289'000);
  // A peer that sleeps over its answer does not make the way so long.
  link.ackAck(3, 20'000);
  CHECK(link.model.receiver().rtt().us() == 289'000);
}

TEST_CASE("direct receiver: a light ACK after each 64 packets without one") {
  CheckedLink link;
  for (int i = 0; i < 200; ++i) {
    link.send(i, 0);
    CHECK(link.ackNumber() == (i % 64 == 63 ? 0 : -1));
    if (i == 63) CHECK(link.number(link.model.acks().front().ack.nextSeq) == 64);
  }
  link.tick(10);
  CHECK(link.ackNumber() == 1);
  for (int i = 200; i < 264; ++i) {
    link.send(i, 20);
    CHECK(link.ackNumber() == (i == 263 ? 0 : -1));
  }
}

TEST_CASE("direct receiver: no light ACK while the first missing packet holds everything up") {
  CheckedLink link;
  for (int i = 1; i < 300; ++i) {
    link.send(i, 0);
    CHECK(link.ackNumber() == -1);
  }
  link.send(0, 1, true);
  CHECK(link.ackNumber() == 0);
}

TEST_CASE("direct receiver: ACKs tell the rates") {
  CheckedLink link;
  for (int i = 0; i < 1000; ++i) link.send(i, i);
  link.tick(1000);
  REQUIRE(link.ackNumber() == 1);
  const Ack& ack = link.model.acks().front().ack;
  CHECK(ack.packetsPerS == 1000);
  CHECK(ack.bytesPerS == 1'360'000);
  // Of packets of 1500 bytes, as libsrt's.
  CHECK(ack.capacityPacketsPerS == 907);
  CHECK(link.model.receiver().capacityMbps() == doctest::Approx(10.884));
}
