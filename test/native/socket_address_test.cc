#include "core/socket_address.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "core/error.h"
#include "direct_bytes.h"

using namespace sls;
using sls::direct::test::toHex;

namespace {

std::string fault(const std::string& host) {
  try {
    SocketAddress::parse(host, 1);
  } catch (const EngineError& error) {
    return error.code();
  }
  return "";
}

std::string hex(const SocketAddress& address) { return toHex(address.bytes()); }

}  // namespace

TEST_CASE("socket address: numeric addresses, as text and as bytes") {
  const auto v4 = SocketAddress::parse("192.0.2.7", 4000);
  CHECK(v4.family() == AF_INET);
  CHECK(v4.size() == sizeof(sockaddr_in));
  CHECK(v4.text() == "192.0.2.7:4000");
  CHECK(hex(v4) == "00000000000000000000ffffc00002070fa0");
  const auto v6 = SocketAddress::parse("2001:db8::9", 65'535);
  CHECK(v6.family() == AF_INET6);
  CHECK(v6.size() == sizeof(sockaddr_in6));
  CHECK(v6.text() == "[2001:db8::9]:65535");
  CHECK(hex(v6) == "20010db8000000000000000000000009ffff");
  CHECK(SocketAddress::parse("::", 1).text() == "[::]:1");
  CHECK(SocketAddress::parse("0.0.0.0", 1).text() == "0.0.0.0:1");
}

TEST_CASE("socket address: IPv4 in IPv6 reads and counts as IPv4") {
  const auto mapped = SocketAddress::parse("::ffff:192.0.2.7", 4000);
  CHECK(mapped.family() == AF_INET6);
  CHECK(mapped.text() == "192.0.2.7:4000");
  CHECK(hex(mapped) == hex(SocketAddress::parse("192.0.2.7", 4000)));
  CHECK_FALSE(mapped == SocketAddress::parse("192.0.2.7", 4000));
}

TEST_CASE("socket address: names, nonsense and zones are refused") {
  for (const char* host : {"", "localhost", "1.2.3", "1.2.3.4.5", "256.0.0.1", "fe80::1%lo", ":::", "[::1]"}) {
    CAPTURE(host);
    CHECK(fault(host) == "SRT_BIND");
  }
  CHECK(fault("::1") == "");
}

TEST_CASE("socket address: equal by address and port, whatever lay beside them") {
  const auto v4 = SocketAddress::parse("192.0.2.7", 4000);
  sockaddr_in dirty4{};
  std::memset(&dirty4, 0xAA, sizeof dirty4);
  dirty4.sin_family = AF_INET;
  dirty4.sin_port = htons(4000);
  dirty4.sin_addr.s_addr = htonl(0xC0000207);
  CHECK(SocketAddress(reinterpret_cast<const sockaddr*>(&dirty4)) == v4);
  dirty4.sin_port = htons(4001);
  CHECK_FALSE(SocketAddress(reinterpret_cast<const sockaddr*>(&dirty4)) == v4);

  const auto v6 = SocketAddress::parse("2001:db8::9", 5);
  sockaddr_in6 dirty6{};
  std::memcpy(&dirty6, v6.get(), sizeof dirty6);
  dirty6.sin6_flowinfo = 0x1234;
  CHECK(SocketAddress(reinterpret_cast<const sockaddr*>(&dirty6)) == v6);
  // On two links the same address is two peers.
  dirty6.sin6_scope_id = 3;
  CHECK_FALSE(SocketAddress(reinterpret_cast<const sockaddr*>(&dirty6)) == v6);
}

TEST_CASE("socket address: of any other family it is nobody's") {
  sockaddr_in6 other{};
  std::memset(&other, 0xAA, sizeof other);
  other.sin6_family = AF_UNIX;
  const SocketAddress address(reinterpret_cast<const sockaddr*>(&other));
  CHECK(address == SocketAddress());
  CHECK(address.text() == "unknown");
  CHECK(hex(address) == std::string(36, '0'));
}
