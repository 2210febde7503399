#include "load/udp_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace peers {
namespace {

constexpr int kReceiveBufferBytes = 4 << 20;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

void setOption(int fd, int option, int value) {
  if (setsockopt(fd, SOL_SOCKET, option, &value, sizeof value) != 0) fail("setsockopt");
}

}  // namespace

UdpSocket::UdpSocket(const sockaddr_in& peer) : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) fail("socket");
  setOption(fd_, SO_RCVBUF, kReceiveBufferBytes);
  setOption(fd_, SO_TIMESTAMPNS, 1);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) fail("connect");
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) close(fd_);
}

void UdpSocket::send(std::span<const std::uint8_t> datagram) const {
  ::send(fd_, datagram.data(), datagram.size(), 0);
}

}  // namespace peers
