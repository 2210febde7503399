#include "core/socket_address.h"

#include <arpa/inet.h>

#include <array>

#include "core/error.h"

namespace sls {
namespace {

sockaddr_in asV4(const sockaddr_in6& storage) {
  sockaddr_in v4{};
  std::memcpy(&v4, &storage, sizeof v4);
  return v4;
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    std::memset(v4.sin_zero, 0, sizeof v4.sin_zero);
    std::memcpy(&storage_, &v4, sizeof v4);
  } else if (address->sa_family == AF_INET6) {
    std::memcpy(&storage_, address, sizeof storage_);
    // Not part of who the peer is, and different from packet to packet.
    storage_.sin6_flowinfo = 0;
  }
}

SocketAddress SocketAddress::parse(const std::string& host, int port) {
  SocketAddress address;
  sockaddr_in v4{};
  if (inet_pton(AF_INET6, host.c_str(), &address.storage_.sin6_addr) == 1) {
    address.storage_.sin6_family = AF_INET6;
    address.storage_.sin6_port = htons(static_cast<std::uint16_t>(port));
  } else if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    address.storage_ = {};
    std::memcpy(&address.storage_, &v4, sizeof v4);
  } else {
    throw EngineError("SRT_BIND", "'" + host + "' is not an IP address");
  }
  return address;
}

socklen_t SocketAddress::size() const { return family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6); }

std::string SocketAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family() == AF_INET) {
    const sockaddr_in v4 = asV4(storage_);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ':' + std::to_string(ntohs(v4.sin_port));
  }
  if (family() != AF_INET6) return "unknown";
  const std::string port = std::to_string(ntohs(storage_.sin6_port));
  if (IN6_IS_ADDR_V4MAPPED(&storage_.sin6_addr)) {
    inet_ntop(AF_INET, &storage_.sin6_addr.s6_addr[12], text.data(), text.size());
    return std::string(text.data()) + ':' + port;
  }
  inet_ntop(AF_INET6, &storage_.sin6_addr, text.data(), text.size());
  return '[' + std::string(text.data()) + "]:" + port;
}

std::array<std::byte, 18> SocketAddress::bytes() const {
  std::array<std::byte, 18> out{};
  if (family() == AF_INET) {
    const sockaddr_in v4 = asV4(storage_);
    out[10] = out[11] = std::byte{0xFF};
    std::memcpy(out.data() + 12, &v4.sin_addr, 4);
    std::memcpy(out.data() + 16, &v4.sin_port, 2);
  } else {
    std::memcpy(out.data(), &storage_.sin6_addr, 16);
    std::memcpy(out.data() + 16, &storage_.sin6_port, 2);
  }
  return out;
}

}  // namespace sls
