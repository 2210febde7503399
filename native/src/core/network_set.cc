#include "core/network_set.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace sls {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int kMappedBits = 96;
constexpr int kAllBits = 128;

bool isMapped(const IpAddress& address) {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
}

bool isIpv4Notation(std::string_view text) { return text.find(':') == std::string_view::npos; }

// A decimal number without sign or leading zeros.
std::optional<int> parseNumber(std::string_view text, int max) {
  if (text.empty() || (text.size() > 1 && text.front() == '0') || text.front() == '-') return std::nullopt;
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value > max) return std::nullopt;
  return value;
}

// The part of byte `index` that the first `bits` bits of an address reach.
std::uint8_t maskOfByte(std::size_t index, int bits) {
  const int left = std::clamp(bits - static_cast<int>(index) * 8, 0, 8);
  return static_cast<std::uint8_t>(0xFF00U >> static_cast<unsigned>(left));
}

IpAddress masked(IpAddress address, int bits) {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) address.bytes[i] &= maskOfByte(i, bits);
  return address;
}

}  // namespace

std::optional<IpAddress> parseIpAddress(std::string_view text) {
  // inet_pton() wants a terminator, and would stop at one inside.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  IpAddress address;
  if (!isIpv4Notation(text)) {
    if (inet_pton(AF_INET6, terminated.data(), address.bytes.data()) != 1) return std::nullopt;
    return address;
  }
  const auto ipv4Part = std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes.begin());
  if (inet_pton(AF_INET, terminated.data(), ipv4Part) != 1) return std::nullopt;
  return address;
}

std::optional<IpAddress> addressOfPeer(std::string_view peer) {
  constexpr int kMaxPort = 65535;
  const std::size_t colon = peer.rfind(':');
  if (colon == std::string_view::npos || !parseNumber(peer.substr(colon + 1), kMaxPort)) return std::nullopt;
  std::string_view host = peer.substr(0, colon);
  const bool isBracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (isBracketed) host = host.substr(1, host.size() - 2);
  if (isBracketed == isIpv4Notation(host)) return std::nullopt;
  return parseIpAddress(host);
}

std::optional<NetworkSet::Block> NetworkSet::parseBlock(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto address = parseIpAddress(host);
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Block{*address, kAllBits};
  const int bitsBefore = isIpv4Notation(host) ? kMappedBits : 0;
  const auto prefix = parseNumber(text.substr(slash + 1), kAllBits - bitsBefore);
  if (!prefix) return std::nullopt;
  const int prefixBits = bitsBefore + *prefix;
  // '::ffff:192.0.2.0/24' means 120 bits to who wrote it; taken at its word it would hold all of IPv4.
  if (isMapped(*address) && prefixBits < kMappedBits) return std::nullopt;
  return Block{masked(*address, prefixBits), prefixBits};
}

std::optional<NetworkSet> NetworkSet::parse(std::span<const std::string> networks) {
  NetworkSet set;
  set.blocks_.reserve(networks.size());
  for (const std::string& network : networks) {
    const auto block = parseBlock(network);
    if (!block) return std::nullopt;
    set.blocks_.push_back(*block);
  }
  return set;
}

bool NetworkSet::contains(const IpAddress& address) const {
  return std::any_of(blocks_.begin(), blocks_.end(),
                     [&](const Block& block) { return masked(address, block.prefixBits) == block.first; });
}

}  // namespace sls
