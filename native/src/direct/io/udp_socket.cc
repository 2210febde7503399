#include "direct/io/udp_socket.h"

#include <netinet/udp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace sls::direct {
namespace {

// Half a second at 100 Mbit/s; the kernel takes less without complaint where it is not allowed that much.
constexpr int kBufferBytes = 8 << 20;

bool setFlag(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// More than net.core.*mem_max allows, where the process may.
void setBuffer(int fd, int option, int forcedOption) {
  if (!setFlag(fd, SOL_SOCKET, forcedOption, kBufferBytes)) setFlag(fd, SOL_SOCKET, option, kBufferBytes);
}

}  // namespace

UdpSocket UdpSocket::bound(const std::string& host, int port, bool isShared) {
  const SocketAddress address = SocketAddress::parse(host, port);
  const auto fail = [&](const char* what) {
    return EngineError("SRT_BIND", "UDP " + host + " port " + std::to_string(port) + ": " + what + ": " +
                                       std::strerror(errno));
  };
  UdpSocket socket(::socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd_ < 0) throw fail("no socket");
  if (isShared && !setFlag(socket.fd_, SOL_SOCKET, SO_REUSEPORT, 1)) throw fail("the port cannot be shared");
  if (address.family() == AF_INET6 && !setFlag(socket.fd_, IPPROTO_IPV6, IPV6_V6ONLY, host == "::" ? 0 : 1)) {
    throw fail("IPV6_V6ONLY");
  }
  setBuffer(socket.fd_, SO_RCVBUF, SO_RCVBUFFORCE);
  setBuffer(socket.fd_, SO_SNDBUF, SO_SNDBUFFORCE);
  // Without it every datagram comes alone, which is no error.
  setFlag(socket.fd_, IPPROTO_UDP, UDP_GRO, 1);
  if (bind(socket.fd_, address.get(), address.size()) != 0) throw fail("cannot be bound");
  return socket;
}

void UdpSocket::letShare() {
  if (setFlag(fd_, SOL_SOCKET, SO_REUSEPORT, 1)) return;
  throw EngineError("SRT_BIND", std::string("the port cannot be shared: ") + std::strerror(errno));
}

bool UdpSocket::canShare() {
  const UdpSocket socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return socket.fd_ >= 0 && setFlag(socket.fd_, SOL_SOCKET, SO_REUSEPORT, 1);
}

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace sls::direct
