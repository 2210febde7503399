#include "direct/io/egress.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "direct_bytes.h"
#include "direct_wire_tap.h"

using namespace sls;
using namespace sls::direct;
using namespace sls::direct::test;

namespace {

// A data packet of `bytes` payload bytes that begin with its number.
struct Outgoing {
  explicit Outgoing(WireTap& tap) : wire(tap) {}

  void add(Target& target, std::size_t bytes) {
    payloads.emplace_back(bytes, static_cast<std::byte>(payloads.size() % 251));
    DataHeader header;
    header.seq = static_cast<std::uint32_t>(payloads.size() - 1);
    header.socketId = 9;
    wire.egress.add(target, header, payloads.back());
  }
  void addAll(Target& target, std::size_t count, std::size_t bytes) {
    for (std::size_t i = 0; i < count; ++i) add(target, bytes);
  }
  void addControl(Target& target, std::uint32_t info) {
    Packet packet(kHeaderBytes + 4);
    write(packet.data(), ControlHeader{.type = ControlType::AckAck, .info = info, .socketId = 9});
    wire.egress.addCopy(target, packet);
  }
  // All of the data packets, whole and in order.
  bool hasAll(const std::vector<Packet>& packets) const {
    std::uint32_t next = 0;
    for (const Packet& packet : packets) {
      if (isControl(packet.data())) continue;
      const DataHeader header = readDataHeader(packet.data());
      const Bytes payload = Bytes(packet).subspan(kHeaderBytes);
      if (header.seq != next || next >= payloads.size()) return false;
      if (!std::ranges::equal(payload, payloads[next])) return false;
      ++next;
    }
    return next == payloads.size();
  }

  WireTap& wire;
  std::deque<Packet> payloads;
};

std::vector<Packet> sendMixture(UdpSend mode, bool isSegmentRefused = false) {
  WireTap wire(mode);
  const int one = 1;
  // Without checksums the kernel will not cut a train.
  if (isSegmentRefused) setsockopt(wire.senderFd(), SOL_SOCKET, SO_NO_CHECK, &one, sizeof one);
  Target a = wire.target();
  Target b = wire.target();
  Outgoing out(wire);
  out.addAll(a, 20, 100);
  out.add(a, 60);
  out.addAll(b, 3, 100);
  out.addControl(a, 7);
  out.addAll(a, 2, 100);
  out.addControl(a, 8);
  out.add(b, 1456);
  out.add(b, 1);
  const auto packets = wire.take();
  CHECK(out.hasAll(packets));
  CHECK(wire.egress.datagramsLost() == 0);
  CHECK(a.canSegment != isSegmentRefused);
  return packets;
}

}  // namespace

TEST_CASE("direct egress: equal packets to one peer leave in trains of sixteen") {
  WireTap wire;
  Target target = wire.target();
  Outgoing out(wire);
  out.addAll(target, 35, 100);
  CHECK(wire.takeTrains() == std::vector<std::size_t>{16, 16, 3});
}

TEST_CASE("direct egress: a shorter packet ends its train, a longer one begins another") {
  WireTap wire;
  Target target = wire.target();
  Outgoing out(wire);
  out.addAll(target, 3, 100);
  out.add(target, 99);
  out.addAll(target, 2, 99);
  out.add(target, 101);
  CHECK(wire.takeTrains() == std::vector<std::size_t>{4, 2, 1});
}

TEST_CASE("direct egress: peers do not share a train, and neither do the two sides of a flush") {
  WireTap wire;
  Target a = wire.target();
  Target b = wire.target();
  Outgoing out(wire);
  out.addAll(a, 2, 100);
  out.addAll(b, 3, 100);
  out.addAll(a, 4, 100);
  wire.egress.flush();
  out.addAll(a, 5, 100);
  CHECK(wire.takeTrains() == std::vector<std::size_t>{2, 3, 4, 5});
}

TEST_CASE("direct egress: without segments every packet is a message of its own") {
  for (const UdpSend mode : {UdpSend::Batch, UdpSend::Single}) {
    WireTap wire(mode);
    Target target = wire.target();
    Outgoing out(wire);
    out.addAll(target, 5, 100);
    CHECK(wire.takeTrains() == std::vector<std::size_t>(5, 1));
  }
}

TEST_CASE("direct egress: every way of sending puts the same bytes on the wire") {
  const auto segment = sendMixture(UdpSend::Segment);
  CHECK(segment.size() == 30);
  CHECK(segment == sendMixture(UdpSend::Batch));
  CHECK(segment == sendMixture(UdpSend::Single));
  CHECK(segment == sendMixture(UdpSend::Segment, true));
}

TEST_CASE("direct egress: a train that is refused leaves packet by packet, and its peer gets no more of them") {
  WireTap wire;
  Target target = wire.target();
  Target other = wire.target();
  Outgoing out(wire);
  // More than a UDP datagram can be, before it is cut.
  out.addAll(target, 16, 5000);
  CHECK(out.hasAll(wire.take()));
  CHECK_FALSE(target.canSegment);
  CHECK(wire.egress.datagramsLost() == 0);
  out.addAll(target, 4, 100);
  out.addAll(other, 4, 100);
  CHECK(wire.takeTrains() == std::vector<std::size_t>{1, 1, 1, 1, 4});
}

TEST_CASE("direct egress: what cannot be sent at all is counted, and holds nothing else up") {
  WireTap wire;
  Target good = wire.target();
  Target closed = wire.target();
  closed.fd = -1;
  Target wrongFamily = wire.target();
  wrongFamily.address = SocketAddress::parse("::1", 9);
  Outgoing out(wire);
  out.addAll(closed, 2, 100);
  out.addAll(wrongFamily, 20, 100);
  Outgoing rest(wire);
  rest.addAll(good, 3, 100);
  CHECK(rest.hasAll(wire.take()));
  CHECK(wire.egress.datagramsLost() == 22);
}

TEST_CASE("direct egress: more packets than it has room for are sent on the way") {
  WireTap wire;
  Target target = wire.target();
  Outgoing out(wire);
  // All but the last few to nobody: the receiving socket has no room for as many.
  Target nobody = wire.target();
  nobody.fd = -1;
  for (int i = 0; i < 2500; ++i) {
    if (i % 2 == 0) {
      DataHeader header;
      wire.egress.add(nobody, header, bytesOf("payload"));
    } else {
      out.addControl(nobody, 1);
    }
  }
  CHECK(wire.egress.datagramsLost() == 2048);
  out.addAll(target, 40, 300);
  CHECK(out.hasAll(wire.take()));
  CHECK(wire.egress.datagramsLost() == 2500);
}

TEST_CASE("direct egress: what a full socket buffer has no room for is lost, and the others get theirs") {
  // A connection whose other end does not read stands for a device that is behind; it takes an address and ignores it.
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int full = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(listening, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(listen(listening, 1) == 0);
  REQUIRE(getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const int small = 4096;
  setsockopt(full, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  REQUIRE(connect(full, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  const std::vector<char> much(1 << 16);
  // The other end's buffer fills with a delay.
  for (bool isFull = false; !isFull;) {
    pollfd waiting{full, POLLOUT, 0};
    poll(&waiting, 1, 300);
    isFull = true;
    while (send(full, much.data(), much.size(), MSG_DONTWAIT) > 0) isFull = false;
  }

  for (const UdpSend mode : {UdpSend::Segment, UdpSend::Batch, UdpSend::Single}) {
    WireTap wire(mode);
    Target target = wire.target();
    Target stuck = wire.target();
    stuck.fd = full;
    Outgoing out(wire);
    for (int i = 0; i < 50; ++i) out.addControl(stuck, 1);
    out.addAll(target, 20, 100);
    for (int i = 0; i < 50; ++i) out.addControl(stuck, 1);
    out.addAll(target, 20, 100);
    CHECK(out.hasAll(wire.take()));
    CHECK(wire.egress.datagramsLost() == 100);
    CHECK(stuck.canSegment);
  }
  close(full);
  close(listening);
}

TEST_CASE("direct egress: encrypted payloads have room until they are sent") {
  WireTap wire;
  Target target = wire.target();
  Target nobody = wire.target();
  nobody.fd = -1;
  std::vector<Packet> sent;
  // More than twice the scratch, but the last of it.
  for (int i = 0; i < 2000; ++i) {
    const MutableBytes room = wire.egress.scratch(1456);
    std::ranges::fill(room, static_cast<std::byte>(i % 251));
    DataHeader header;
    header.socketId = 9;
    wire.egress.add(i < 1980 ? nobody : target, header, room);
    if (i >= 1980) sent.emplace_back(room.begin(), room.end());
  }
  std::vector<Packet> received;
  for (const Packet& packet : wire.take()) received.emplace_back(packet.begin() + kHeaderBytes, packet.end());
  CHECK(received == sent);
  CHECK(wire.egress.datagramsLost() == 1980);
}

TEST_CASE("direct egress: a flush of nothing does nothing") {
  WireTap wire;
  wire.egress.flush();
  CHECK(wire.take().empty());
  CHECK(wire.egress.datagramsLost() == 0);
}
