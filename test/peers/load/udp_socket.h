#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <span>
#include <utility>

namespace peers {

/// A connected, non-blocking UDP socket whose datagrams carry the kernel's time of arrival.
class UdpSocket {
 public:
  /// `takesTrains`: datagrams that the relay handed to the kernel as one come as one (UDP_GRO). Throws
  /// std::system_error.
  UdpSocket(const sockaddr_in& peer, bool takesTrains);
  ~UdpSocket();
  UdpSocket(UdpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UdpSocket& operator=(UdpSocket&&) = delete;
  UdpSocket(const UdpSocket&) = delete;

  int fd() const { return fd_; }
  /// Datagrams the kernel threw away for want of room, since the beginning.
  std::uint32_t drops() const;
  /// A datagram the kernel does not take is lost, as on a network.
  void send(std::span<const std::uint8_t> datagram) const;

 private:
  int fd_;
};

}  // namespace peers
