// Two loopback sockets and an egress on one of them: what the egress sends is read at the other.
#pragma once

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "core/outbox.h"
#include "direct/io/egress.h"
#include "direct/io/ingress.h"
#include "direct/io/udp_socket.h"

namespace sls::direct::test {

using Packet = std::vector<std::byte>;

inline SocketAddress addressOf(const UdpSocket& socket) {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  if (getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no address");
  }
  return SocketAddress(reinterpret_cast<const sockaddr*>(&address));
}

// The loopback device keeps the order of what one processor sends.
class OneProcessor {
 public:
  OneProcessor() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OneProcessor() { sched_setaffinity(0, sizeof before_, &before_); }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;

 private:
  cpu_set_t before_{};
};

class WireTap {
 public:
  explicit WireTap(UdpSend mode = UdpSend::Segment)
      : sender_(UdpSocket::bound("127.0.0.1", 0, false)),
        receiver_(UdpSocket::bound("127.0.0.1", 0, false)),
        egress(mode, outbox) {}

  Target target() const { return {sender_.fd(), addressOf(receiver_), true}; }
  int senderFd() const { return sender_.fd(); }

  // Flushes. All that has arrived since the last call, packet by packet, in order.
  std::vector<Packet> take() {
    std::vector<Packet> packets;
    markEnd();
    for (bool isOver = false; !isOver;) {
      waitForData();
      ingress_.read(receiver_.fd(), [&](const SocketAddress& from, Bytes packet) {
        if (!(from == addressOf(sender_))) throw std::runtime_error("from somebody else");
        if (packet.size() == 1) {
          isOver = true;
        } else {
          packets.emplace_back(packet.begin(), packet.end());
        }
      });
    }
    return packets;
  }

  // Flushes. How many packets each message had that has arrived since the last call: the trains as they were sent.
  std::vector<std::size_t> takeTrains() {
    std::vector<std::size_t> trains;
    markEnd();
    for (;;) {
      waitForData();
      std::vector<std::byte> room(65536);
      alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control;
      iovec vector{room.data(), room.size()};
      msghdr header{};
      header.msg_iov = &vector;
      header.msg_iovlen = 1;
      header.msg_control = control.data();
      header.msg_controllen = control.size();
      const ssize_t size = recvmsg(receiver_.fd(), &header, MSG_DONTWAIT);
      if (size < 0) continue;
      if (size == 1) return trains;
      int segment = static_cast<int>(size);
      const cmsghdr* first = CMSG_FIRSTHDR(&header);
      if (first != nullptr && first->cmsg_level == IPPROTO_UDP && first->cmsg_type == UDP_GRO) {
        std::memcpy(&segment, CMSG_DATA(first), sizeof segment);
      }
      trains.push_back(static_cast<std::size_t>((size + segment - 1) / segment));
    }
  }

 private:
  void markEnd() {
    egress.flush();
    const SocketAddress to = addressOf(receiver_);
    if (sendto(sender_.fd(), "e", 1, 0, to.get(), to.size()) != 1) throw std::runtime_error("the end was not sent");
  }
  void waitForData() const {
    pollfd waiting{receiver_.fd(), POLLIN, 0};
    if (poll(&waiting, 1, 30'000) != 1) throw std::runtime_error("nothing arrives");
  }

  OneProcessor processor_;
  UdpSocket sender_;
  UdpSocket receiver_;
  Ingress ingress_;

 public:
  Outbox outbox{[] {}};
  Egress egress;
};

}  // namespace sls::direct::test
