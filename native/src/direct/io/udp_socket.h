// One non-blocking UDP socket, closed with its owner.
#pragma once

#include <string>
#include <utility>

#include "core/socket_address.h"

namespace sls::direct {

class UdpSocket {
 public:
  // Throws EngineError SRT_BIND. `isShared`: joins sockets on the same port that have said letShare().
  static UdpSocket bound(const std::string& host, int port, bool isShared);
  // From now on others of this user may bind the same port (SO_REUSEPORT), and the kernel keeps each peer on one of
  // them. After the binding, which has shown that nobody else has the port. Throws EngineError SRT_BIND.
  void letShare();
  // Whether this kernel knows SO_REUSEPORT.
  static bool canShare();

  UdpSocket() = default;
  ~UdpSocket();
  UdpSocket(UdpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UdpSocket& operator=(UdpSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int fd() const { return fd_; }

 private:
  explicit UdpSocket(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace sls::direct
