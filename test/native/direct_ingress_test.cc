#include "direct/io/ingress.h"

#include <doctest/doctest.h>
#include <netinet/udp.h>

#include <cstring>
#include <string>
#include <vector>

#include "direct_wire_tap.h"

using namespace sls;
using namespace sls::direct;
using namespace sls::direct::test;

namespace {

struct Pair {
  OneProcessor processor;
  UdpSocket from = UdpSocket::bound("127.0.0.1", 0, false);
  UdpSocket to = UdpSocket::bound("127.0.0.1", 0, false);
  Ingress ingress;

  void send(const std::string& text) const {
    const SocketAddress address = addressOf(to);
    REQUIRE(sendto(from.fd(), text.data(), text.size(), 0, address.get(), address.size()) ==
            static_cast<ssize_t>(text.size()));
  }
  // One message that the kernel cuts every `segment` bytes.
  void sendCut(const std::string& text, std::uint16_t segment) const {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof segment)> control{};
    const SocketAddress address = addressOf(to);
    iovec vector{const_cast<char*>(text.data()), text.size()};
    msghdr header{};
    header.msg_name = const_cast<sockaddr*>(address.get());
    header.msg_namelen = address.size();
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = IPPROTO_UDP;
    first->cmsg_type = UDP_SEGMENT;
    first->cmsg_len = CMSG_LEN(sizeof segment);
    std::memcpy(CMSG_DATA(first), &segment, sizeof segment);
    REQUIRE(sendmsg(from.fd(), &header, 0) == static_cast<ssize_t>(text.size()));
  }
  // Reads until the datagram 'end'. How often read() was called without having read to the end: `unfinished`.
  std::vector<std::string> readToEnd() {
    std::vector<std::string> all;
    for (bool isOver = false; !isOver;) {
      pollfd waiting{to.fd(), POLLIN, 0};
      REQUIRE(poll(&waiting, 1, 30'000) == 1);
      const bool isEmpty = ingress.read(to.fd(), [&](const SocketAddress& address, Bytes bytes) {
        CHECK(address == addressOf(from));
        const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (text == "end") {
          isOver = true;
        } else {
          all.push_back(text);
        }
      });
      if (!isEmpty) ++unfinished;
    }
    return all;
  }

  int unfinished = 0;
};

}  // namespace

TEST_CASE("direct ingress: of an empty socket nothing is read") {
  Pair pair;
  int count = 0;
  CHECK(pair.ingress.read(pair.to.fd(), [&](const SocketAddress&, Bytes) { ++count; }));
  CHECK(pair.ingress.read(-1, [&](const SocketAddress&, Bytes) { ++count; }));
  CHECK(count == 0);
}

TEST_CASE("direct ingress: datagrams of any size come whole, with their sender") {
  Pair pair;
  std::vector<std::string> sent;
  for (const std::size_t size : {1U, 16U, 1472U, 9000U, 65'507U, 2U}) {
    sent.emplace_back(size, static_cast<char>('a' + sent.size()));
    pair.send(sent.back());
  }
  pair.send("");
  pair.send("end");
  CHECK(pair.readToEnd() == sent);
}

TEST_CASE("direct ingress: what the kernel has joined is split again, the shorter last one too") {
  Pair pair;
  std::string train;
  std::vector<std::string> sent;
  for (int i = 0; i < 9; ++i) sent.emplace_back(100, static_cast<char>('a' + i));
  sent.emplace_back(30, 'z');
  for (const std::string& one : sent) train += one;
  pair.sendCut(train, 100);
  pair.send("alone");
  sent.emplace_back("alone");
  pair.sendCut("xxyyy", 2);
  for (const char* one : {"xx", "yy", "y"}) sent.emplace_back(one);
  pair.send("end");
  CHECK(pair.readToEnd() == sent);
}

TEST_CASE("direct ingress: a busy socket is left after a while, and read on later") {
  Pair pair;
  std::vector<std::string> sent;
  for (int i = 0; i < 300; ++i) {
    sent.push_back("datagram " + std::to_string(i));
    pair.send(sent.back());
  }
  pair.send("end");
  CHECK(pair.readToEnd() == sent);
  CHECK(pair.unfinished == 1);
}
