#include "common/srt_socket.h"

#include <arpa/inet.h>

#include <stdexcept>

#include "common/arguments.h"
#include "common/message.h"

namespace peers {

SrtLibrary::SrtLibrary() {
  srt_startup();
  // The tools report errors themselves, as events.
  srt_setloglevel(LOG_CRIT);
}

SrtSocket::SrtSocket() : id_(srt_create_socket()) {
  if (id_ == SRT_INVALID_SOCK) throw std::runtime_error("no SRT socket: " + lastSrtError());
}

SrtSocket& SrtSocket::operator=(SrtSocket&& other) noexcept {
  if (this != &other) {
    close();
    id_ = std::exchange(other.id_, SRT_INVALID_SOCK);
  }
  return *this;
}

void SrtSocket::close() {
  if (id_ != SRT_INVALID_SOCK) srt_close(std::exchange(id_, SRT_INVALID_SOCK));
}

void SrtSocket::setBytes(SRT_SOCKOPT option, const void* value, std::size_t size) {
  if (srt_setsockflag(id_, option, value, static_cast<int>(size)) == SRT_ERROR) {
    throw std::runtime_error("SRT option " + std::to_string(option) + ": " + lastSrtError());
  }
}

int SrtSocket::get(SRT_SOCKOPT option) const {
  int value = 0;
  int size = sizeof value;
  return srt_getsockflag(id_, option, &value, &size) == SRT_ERROR ? 0 : value;
}

SrtEpoll::SrtEpoll() : id_(srt_epoll_create()) {
  if (id_ < 0) throw std::runtime_error("no SRT epoll: " + lastSrtError());
  // An epoll that is empty for a moment must wait, not fail.
  srt_epoll_set(id_, SRT_EPOLL_ENABLE_EMPTY);
}

void SrtEpoll::watch(SRTSOCKET socket, int events) {
  if (srt_epoll_add_usock(id_, socket, &events) == SRT_ERROR) {
    throw std::runtime_error("SRT epoll: " + lastSrtError());
  }
}

sockaddr_in ipv4Address(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    throw UsageError("'" + host + "' is not an IPv4 address");
  }
  return address;
}

void setLiveOptions(SrtSocket& socket, int latencyMs) {
  constexpr int kUdpBufferBytes = 4 << 20;
  socket.set(SRTO_TRANSTYPE, static_cast<int>(SRTT_LIVE));
  socket.set(SRTO_PAYLOADSIZE, static_cast<int>(kMostMessageBytes));
  socket.set(SRTO_LATENCY, latencyMs);
  socket.set(SRTO_UDP_RCVBUF, kUdpBufferBytes);
  socket.set(SRTO_UDP_SNDBUF, kUdpBufferBytes);
}

std::string lastSrtError() { return srt_getlasterror_str(); }

}  // namespace peers
