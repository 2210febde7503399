// An IP address with a port, as sockets take it.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace sls {

// IPv4 or IPv6; equal if all its bytes are.
class SocketAddress {
 public:
  SocketAddress() = default;
  // Anything but IPv4 and IPv6 becomes an unspecified address.
  explicit SocketAddress(const sockaddr* address);

  // Throws EngineError SRT_BIND for anything but a numeric IP address.
  static SocketAddress parse(const std::string& host, int port);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const;
  int family() const { return storage_.sin6_family; }
  // 'address:port', IPv6 in brackets, IPv4 never in its IPv6-mapped form.
  std::string text() const;
  // The sixteen bytes of the address, IPv4 in its IPv6-mapped form, and the two of the port.
  std::array<std::byte, 18> bytes() const;

  friend bool operator==(const SocketAddress& a, const SocketAddress& b) {
    return std::memcmp(&a.storage_, &b.storage_, sizeof a.storage_) == 0;
  }

 private:
  sockaddr_in6 storage_{};  // Large enough for both; the unused rest is zero.
};

}  // namespace sls
