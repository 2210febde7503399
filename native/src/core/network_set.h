// IP addresses and sets of them: which addresses a stream ID or a play token may be used from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sls {

// IPv4 is held as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so both notations of one address are equal.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  // Network byte order.

  bool operator==(const IpAddress&) const = default;
};

// '192.0.2.1' (four decimal numbers without leading zeros), '2001:db8::1', '::ffff:192.0.2.1' (RFC 4291 2.2).
// Empty: anything else, also with a zone, a port or brackets.
std::optional<IpAddress> parseIpAddress(std::string_view text);

// The address in 'a.b.c.d:port' or '[v6]:port', the form of ConnectionIdentity::peer. Empty: neither.
std::optional<IpAddress> addressOfPeer(std::string_view peer);

// IP addresses and CIDR blocks (RFC 4632, RFC 4291 2.3). IPv4 blocks hold the IPv6-mapped notation of their
// addresses too; an IPv6 block holds IPv4 addresses only where it covers ::ffff:0:0/96 or a part of that.
class NetworkSet {
 public:
  // Contains nothing; callers treat it as 'no rule'.
  NetworkSet() = default;

  // Bits behind a block's prefix are ignored. Empty: one of the networks is malformed.
  static std::optional<NetworkSet> parse(std::span<const std::string> networks);

  bool isEmpty() const { return blocks_.empty(); }
  bool contains(const IpAddress& address) const;

 private:
  struct Block {
    IpAddress first;
    int prefixBits;  // Of all 128.
  };

  static std::optional<Block> parseBlock(std::string_view text);

  std::vector<Block> blocks_;
};

}  // namespace sls
