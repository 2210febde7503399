// A line with a peer or an address, then a line for each network. What is read
// must survive being written by the system's library, and a set must hold what
// a comparison bit by bit finds in it.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/network_set.h"
#include "invariant.h"

using namespace sls;

namespace {

std::string written(const IpAddress &address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  INVARIANT(inet_ntop(AF_INET6, address.bytes.data(), text.data(),
                      text.size()) != nullptr);
  return text.data();
}

std::string bits(const IpAddress &address) {
  std::string text;
  for (const std::uint8_t byte : address.bytes) {
    for (int bit = 7; bit >= 0; --bit)
      text.push_back((byte >> bit & 1) != 0 ? '1' : '0');
  }
  return text;
}

// For a network that was accepted.
bool isInside(const IpAddress &address, const std::string &network) {
  const std::size_t slash = network.find('/');
  const auto first = parseIpAddress(std::string_view(network).substr(0, slash));
  INVARIANT(first);
  const bool isIpv4 = network.find(':') == std::string::npos;
  std::size_t prefix = 128;
  if (slash != std::string::npos)
    prefix = std::strtoul(network.c_str() + slash + 1, nullptr, 10) +
             (isIpv4 ? 96 : 0);
  INVARIANT(prefix <= 128);
  return bits(address).compare(0, prefix, bits(*first), 0, prefix) == 0;
}

void checkAddress(std::string_view text, const IpAddress &address) {
  INVARIANT(text.size() < INET6_ADDRSTRLEN);
  INVARIANT(text.find_first_not_of("0123456789abcdefABCDEF.:") ==
            std::string_view::npos);
  INVARIANT(parseIpAddress(written(address)) == address);
  INVARIANT(addressOfPeer('[' + written(address) + "]:1") == address);
  // An address is no peer.
  INVARIANT(!addressOfPeer(text));
}

void checkSet(const IpAddress &address,
              const std::vector<std::string> &networks) {
  const auto set = NetworkSet::parse(networks);
  const bool isEachGood = std::all_of(
      networks.begin(), networks.end(), [](const std::string &network) {
        return NetworkSet::parse(std::vector<std::string>{network}).has_value();
      });
  INVARIANT(set.has_value() == isEachGood);
  if (!set)
    return;
  INVARIANT(set->isEmpty() == networks.empty());
  INVARIANT(set->contains(address) ==
            std::any_of(networks.begin(), networks.end(),
                        [&](const std::string &network) {
                          return isInside(address, network);
                        }));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  fuzz::Input input(data, size);
  const std::string_view first = input.line();
  std::vector<std::string> networks;
  while (!input.isEmpty() && networks.size() < 16)
    networks.emplace_back(input.line());
  const auto plain = parseIpAddress(first);
  if (plain)
    checkAddress(first, *plain);
  const auto ofPeer = addressOfPeer(first);
  if (ofPeer)
    INVARIANT(parseIpAddress(written(*ofPeer)) == ofPeer);
  checkSet(plain ? *plain : ofPeer ? *ofPeer : IpAddress{}, networks);
  return 0;
}
