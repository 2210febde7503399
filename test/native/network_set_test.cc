#include "core/network_set.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using sls::addressOfPeer;
using sls::IpAddress;
using sls::NetworkSet;
using sls::parseIpAddress;

namespace {

IpAddress mapped(std::uint8_t a, std::uint8_t b, std::uint8_t c,
                 std::uint8_t d) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, a, b, c, d}};
}

NetworkSet setOf(const std::vector<std::string> &networks) {
  const auto set = NetworkSet::parse(networks);
  REQUIRE(set);
  return *set;
}

bool isIn(const NetworkSet &set, const char *text) {
  const auto address = parseIpAddress(text);
  REQUIRE(address);
  return set.contains(*address);
}

} // namespace

TEST_CASE("network set: reads addresses in every notation") {
  CHECK(parseIpAddress("192.0.2.1") == mapped(192, 0, 2, 1));
  CHECK(parseIpAddress("0.0.0.0") == mapped(0, 0, 0, 0));
  CHECK(parseIpAddress("255.255.255.255") == mapped(255, 255, 255, 255));
  CHECK(parseIpAddress("::ffff:192.0.2.1") == mapped(192, 0, 2, 1));
  CHECK(parseIpAddress("::FFFF:c000:201") == mapped(192, 0, 2, 1));
  CHECK(parseIpAddress("0:0:0:0:0:ffff:192.0.2.1") == mapped(192, 0, 2, 1));
  CHECK(parseIpAddress("::") == IpAddress{});
  CHECK(parseIpAddress("::1") ==
        IpAddress{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}});
  CHECK(
      parseIpAddress("2001:db8::1") ==
      IpAddress{{0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}});
  CHECK(parseIpAddress("2001:DB8:0:0:0:0:0:1") ==
        parseIpAddress("2001:db8::1"));
  // Not the mapped form (RFC 4291 2.5.5.1): another address.
  CHECK(parseIpAddress("::192.0.2.1") != mapped(192, 0, 2, 1));
}

TEST_CASE("network set: refuses what is no address") {
  for (const std::string text :
       {"",
        " ",
        "192.0.2",
        "192.0.2.1.",
        "192.0.2.1.5",
        "192.0.2.256",
        "192.0.2.01",
        "192.0.2.-1",
        "192.0.2.1 ",
        " 192.0.2.1",
        "0xC0.0.2.1",
        "3221225985",
        "192.0.2.1:5",
        "192.0.2.1/32",
        ":",
        ":::",
        "1",
        "g::",
        "::1::",
        "1:2",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "::1%eth0",
        "fe80::1%1",
        "[::1]",
        "[::1]:80",
        "::1/128",
        "::ffff:192.0.2.256",
        "::ffff:192.0.2",
        "localhost",
        "1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:1:2:3:4:5:6:7:8:9"}) {
    CAPTURE(text);
    CHECK_FALSE(parseIpAddress(text));
  }
  CHECK_FALSE(parseIpAddress(std::string_view("192.0.2.1\0", 10)));
  CHECK_FALSE(parseIpAddress(std::string_view("::1\0x", 5)));
  CHECK_FALSE(parseIpAddress(std::string(1000, '1')));
  CHECK_FALSE(parseIpAddress(std::string(1000, ':')));
}

TEST_CASE("network set: the longest notation of an address fits") {
  CHECK(parseIpAddress("0000:0000:0000:0000:0000:ffff:255.255.255.255") ==
        mapped(255, 255, 255, 255));
}

TEST_CASE("network set: never reads beyond the end of the view") {
  const std::string text = "192.0.2.123";
  CHECK(parseIpAddress(std::string_view(text).substr(0, 10)) ==
        mapped(192, 0, 2, 12));
  CHECK(parseIpAddress(std::string_view(text).substr(0, 9)) ==
        mapped(192, 0, 2, 1));
  CHECK_FALSE(parseIpAddress(std::string_view(text).substr(0, 8)));
}

TEST_CASE("network set: reads the address of a peer") {
  CHECK(addressOfPeer("192.0.2.1:4000") == mapped(192, 0, 2, 1));
  CHECK(addressOfPeer("192.0.2.1:0") == mapped(192, 0, 2, 1));
  CHECK(addressOfPeer("192.0.2.1:65535") == mapped(192, 0, 2, 1));
  CHECK(addressOfPeer("[2001:db8::1]:4000") == parseIpAddress("2001:db8::1"));
  CHECK(addressOfPeer("[::]:1") == IpAddress{});
  CHECK(addressOfPeer("[::ffff:192.0.2.1]:4000") == mapped(192, 0, 2, 1));
}

TEST_CASE("network set: refuses what is no peer") {
  for (const char *text : {"",
                           ":",
                           "unknown",
                           "192.0.2.1",
                           "192.0.2.1:",
                           "192.0.2.1:65536",
                           "192.0.2.1:99999999999",
                           "192.0.2.1:+1",
                           "192.0.2.1:-0",
                           "192.0.2.1: 1",
                           "192.0.2.1:01",
                           "192.0.2.1:1x",
                           ":4000",
                           "2001:db8::1:4000",
                           "::1",
                           "[::1]",
                           "[::1]:",
                           "[::1]:x",
                           "[::1:4000",
                           "::1]:4000",
                           "[]:4000",
                           "[192.0.2.1]:4000",
                           "[[::1]]:4000",
                           "[::1%eth0]:4000",
                           "[::1] :4000",
                           "[::1]4000"}) {
    CAPTURE(text);
    CHECK_FALSE(addressOfPeer(text));
  }
}

TEST_CASE("network set: an empty set contains nothing") {
  const NetworkSet set = setOf({});
  CHECK(set.isEmpty());
  CHECK_FALSE(isIn(set, "192.0.2.1"));
  CHECK_FALSE(isIn(set, "::"));
  CHECK(NetworkSet().isEmpty());
  CHECK_FALSE(isIn(NetworkSet(), "0.0.0.0"));
}

TEST_CASE("network set: an address is a block of its own") {
  const NetworkSet set = setOf({"192.0.2.1", "2001:db8::1"});
  CHECK_FALSE(set.isEmpty());
  CHECK(isIn(set, "192.0.2.1"));
  CHECK(isIn(set, "::ffff:192.0.2.1"));
  CHECK_FALSE(isIn(set, "192.0.2.0"));
  CHECK_FALSE(isIn(set, "::192.0.2.1"));
  CHECK(isIn(set, "2001:db8::1"));
  CHECK_FALSE(isIn(set, "2001:db8::2"));
}

TEST_CASE("network set: blocks hold their first and last address, and neither "
          "neighbour") {
  struct Row {
    const char *network;
    const char *before;
    const char *first;
    const char *last;
    const char *after;
  };
  const std::vector<Row> table = {
      {"192.0.2.0/24", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
      {"192.0.2.128/25", "192.0.2.127", "192.0.2.128", "192.0.2.255",
       "192.0.3.0"},
      {"192.0.2.4/31", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"},
      {"192.0.2.4/32", "192.0.2.3", "192.0.2.4", "192.0.2.4", "192.0.2.5"},
      {"128.0.0.0/1", "127.255.255.255", "128.0.0.0", "255.255.255.255",
       "::1:0:0:0"},
      {"10.0.0.0/8", "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
      {"2001:db8::/32", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
       "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
      {"2001:db8::/127", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
       "2001:db8::", "2001:db8::1", "2001:db8::2"},
      {"2001:db8::5/128", "2001:db8::4", "2001:db8::5", "2001:db8::5",
       "2001:db8::6"},
      {"8000::/1", "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
       "8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "192.0.2.1"},
      {"::ffff:192.0.2.0/120", "192.0.1.255", "192.0.2.0", "192.0.2.255",
       "192.0.3.0"},
      {"0.0.0.0/0", "::fffe:ffff:ffff", "0.0.0.0", "255.255.255.255",
       "::1:0:0:0"},
      {"::ffff:0:0/96", "::fffe:ffff:ffff", "0.0.0.0", "255.255.255.255",
       "::1:0:0:0"},
  };
  for (const Row &row : table) {
    CAPTURE(row.network);
    const NetworkSet set = setOf({row.network});
    CHECK_FALSE(isIn(set, row.before));
    CHECK(isIn(set, row.first));
    CHECK(isIn(set, row.last));
    CHECK_FALSE(isIn(set, row.after));
  }
}

TEST_CASE("network set: /0 of IPv4 is all of IPv4, /0 of IPv6 is everything") {
  const NetworkSet ipv4 = setOf({"0.0.0.0/0"});
  CHECK(isIn(ipv4, "203.0.113.9"));
  CHECK_FALSE(isIn(ipv4, "2001:db8::1"));
  CHECK_FALSE(isIn(ipv4, "::"));
  const NetworkSet all = setOf({"::/0"});
  CHECK(isIn(all, "203.0.113.9"));
  CHECK(isIn(all, "2001:db8::1"));
  CHECK(isIn(all, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

TEST_CASE("network set: bits behind the prefix are ignored") {
  CHECK(isIn(setOf({"192.0.2.77/24"}), "192.0.2.3"));
  CHECK_FALSE(isIn(setOf({"192.0.2.77/24"}), "192.0.3.77"));
  CHECK(isIn(setOf({"255.255.255.255/0"}), "0.0.0.0"));
  CHECK(isIn(setOf({"2001:db8::dead:beef/64"}), "2001:db8::1"));
  CHECK(isIn(setOf({"ffff::1/0"}), "::"));
}

TEST_CASE("network set: one of several networks is enough") {
  const NetworkSet set =
      setOf({"10.0.0.0/8", "2001:db8::/32", "192.0.2.1", "10.0.0.0/8"});
  CHECK(isIn(set, "10.1.2.3"));
  CHECK(isIn(set, "2001:db8:1::"));
  CHECK(isIn(set, "192.0.2.1"));
  CHECK_FALSE(isIn(set, "192.0.2.2"));
}

TEST_CASE("network set: one malformed network refuses them all") {
  for (const std::string bad : {"",
                                "/",
                                "/24",
                                "192.0.2.0/",
                                "192.0.2.0/33",
                                "192.0.2.0/-1",
                                "192.0.2.0/+1",
                                "192.0.2.0/024",
                                "192.0.2.0/24/1",
                                "192.0.2.0/ 24",
                                "192.0.2.0/24 ",
                                "192.0.2.0/2x",
                                "192.0.2/24",
                                "192.0.2.0/255.255.255.0",
                                "192.0.2.0/99999999999",
                                "2001:db8::/129",
                                "2001:db8::/x",
                                "[2001:db8::]/32",
                                "fe80::%eth0/64",
                                "example.org",
                                "192.0.2.0 192.0.2.1",
                                "192.0.2.0,192.0.2.1"}) {
    CAPTURE(bad);
    CHECK_FALSE(NetworkSet::parse(std::vector<std::string>{bad}));
    CHECK_FALSE(NetworkSet::parse(std::vector<std::string>{"192.0.2.1", bad}));
    CHECK_FALSE(NetworkSet::parse(std::vector<std::string>{bad, "192.0.2.1"}));
  }
  CHECK_FALSE(NetworkSet::parse(
      std::vector<std::string>{std::string("192.0.2.0/24\0", 13)}));
}

TEST_CASE("network set: a block around an IPv6-mapped address never reaches "
          "beyond IPv4") {
  for (const char *text : {"::ffff:192.0.2.0/24", "::ffff:192.0.2.0/32",
                           "::ffff:192.0.2.0/95", "::ffff:c000:200/0"}) {
    CAPTURE(text);
    CHECK_FALSE(NetworkSet::parse(std::vector<std::string>{text}));
  }
  CHECK(isIn(setOf({"::ffff:192.0.2.0/96"}), "10.0.0.1"));
  CHECK_FALSE(isIn(setOf({"::ffff:192.0.2.0/96"}), "::"));
}
