#include "direct/io/port.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "direct_wire_tap.h"

using namespace sls;
using namespace sls::direct;
using namespace sls::direct::test;

namespace {

std::string bindError(const std::string& host, int port, std::size_t sockets) {
  try {
    const Port bound(1, host, port, sockets);
  } catch (const EngineError& error) {
    return error.code();
  }
  return "";
}

int portOf(const Port& port) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  REQUIRE(getsockname(port.fd(0), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

// A port number that was free a moment ago.
int freePort() { return portOf(Port(1, "127.0.0.1", 0, 1)); }

}  // namespace

TEST_CASE("direct port: has a socket for each shard, and the kernel keeps every peer on one of them") {
  const Port port(5, "127.0.0.1", freePort(), 3);
  CHECK(port.id() == 5);
  REQUIRE(port.socketCount() == 3);
  std::map<int, std::size_t> socketOf;
  std::vector<pollfd> waiting;
  for (std::size_t i = 0; i < 3; ++i) waiting.push_back({port.fd(i), POLLIN, 0});
  for (int peer = 0; peer < 20; ++peer) {
    const UdpSocket socket = UdpSocket::bound("127.0.0.1", 0, false);
    const SocketAddress to = SocketAddress::parse("127.0.0.1", portOf(port));
    for (int i = 0; i < 3; ++i) {
      REQUIRE(sendto(socket.fd(), "x", 1, 0, to.get(), to.size()) == 1);
      REQUIRE(poll(waiting.data(), waiting.size(), 30'000) == 1);
      for (std::size_t shard = 0; shard < waiting.size(); ++shard) {
        char byte = 0;
        if (recv(waiting[shard].fd, &byte, 1, MSG_DONTWAIT) != 1) continue;
        CHECK(socketOf.try_emplace(peer, shard).first->second == shard);
      }
    }
  }
  CHECK(socketOf.size() == 20);
}

TEST_CASE("direct port: what cannot be bound says so") {
  const Port port(1, "127.0.0.1", freePort(), 1);
  CHECK(bindError("127.0.0.1", portOf(port), 1) == "SRT_BIND");
  CHECK(bindError("127.0.0.1", portOf(port), 2) == "SRT_BIND");
  CHECK(bindError("localhost", 0, 1) == "SRT_BIND");
  CHECK(bindError("203.0.113.9", 0, 1) == "SRT_BIND");
}

TEST_CASE("direct port: a shared port and one of a single socket shut each other out") {
  const Port shared(1, "127.0.0.1", freePort(), 2);
  CHECK(bindError("127.0.0.1", portOf(shared), 1) == "SRT_BIND");
}

TEST_CASE("direct port: 'every address' takes IPv4 peers too, one IPv6 address does not") {
  const Port everywhere(1, "::", 0, 1);
  const UdpSocket peer = UdpSocket::bound("127.0.0.1", 0, false);
  sockaddr_in6 own{};
  socklen_t size = sizeof own;
  REQUIRE(getsockname(everywhere.fd(0), reinterpret_cast<sockaddr*>(&own), &size) == 0);
  const SocketAddress to = SocketAddress::parse("127.0.0.1", ntohs(own.sin6_port));
  REQUIRE(sendto(peer.fd(), "x", 1, 0, to.get(), to.size()) == 1);
  pollfd waiting{everywhere.fd(0), POLLIN, 0};
  REQUIRE(poll(&waiting, 1, 30'000) == 1);
  Ingress ingress;
  std::string text;
  ingress.read(everywhere.fd(0), [&](const SocketAddress& from, Bytes) { text = from.text(); });
  CHECK(text == addressOf(peer).text());

  const Port local(2, "::1", 0, 1);
  REQUIRE(getsockname(local.fd(0), reinterpret_cast<sockaddr*>(&own), &size) == 0);
  int only = 0;
  socklen_t onlySize = sizeof only;
  REQUIRE(getsockopt(local.fd(0), IPPROTO_IPV6, IPV6_V6ONLY, &only, &onlySize) == 0);
  CHECK(only == 1);
}

TEST_CASE("direct port: nobody new comes in without a listener") {
  Port port(1, "127.0.0.1", 0, 1);
  CHECK(port.listener() == nullptr);
  ListenerSpec spec;
  spec.name = "in";
  port.setListener(std::make_shared<const ListenerView>(ListenerView{spec, nullptr}));
  const auto held = port.listener();
  REQUIRE(held);
  CHECK(held->spec.name == "in");
  port.setListener(nullptr);
  CHECK(port.listener() == nullptr);
  CHECK(held->spec.name == "in");
}

TEST_CASE("direct UDP socket: moves, and closes once") {
  UdpSocket a = UdpSocket::bound("127.0.0.1", 0, false);
  const int fd = a.fd();
  UdpSocket b = std::move(a);
  CHECK(b.fd() == fd);
  UdpSocket c;
  CHECK(c.fd() == -1);
  c = std::move(b);
  CHECK(c.fd() == fd);
  CHECK(UdpSocket::canShare());
}
