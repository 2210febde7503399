#include "load/udp_socket.h"

#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace peers {
namespace {

constexpr int kReceiveBufferBytes = 4 << 20;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

void setOption(int fd, int level, int option, int value) {
  if (setsockopt(fd, level, option, &value, sizeof value) != 0) fail("setsockopt");
}

}  // namespace

UdpSocket::UdpSocket(const sockaddr_in& peer, bool takesTrains)
    : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) fail("socket");
  setOption(fd_, SOL_SOCKET, SO_RCVBUF, kReceiveBufferBytes);
  setOption(fd_, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  if (takesTrains) setOption(fd_, SOL_UDP, UDP_GRO, 1);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) fail("connect");
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) close(fd_);
}

std::uint32_t UdpSocket::drops() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> counts{};
  socklen_t size = sizeof counts;
  if (getsockopt(fd_, SOL_SOCKET, SO_MEMINFO, counts.data(), &size) != 0) return 0;
  return counts[SK_MEMINFO_DROPS];
}

void UdpSocket::send(std::span<const std::uint8_t> datagram) const { ::send(fd_, datagram.data(), datagram.size(), 0); }

}  // namespace peers
