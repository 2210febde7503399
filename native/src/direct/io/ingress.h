// Reads a socket's datagrams many at a time.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include "core/socket_address.h"
#include "direct/wire/packet.h"

namespace sls::direct {

class Ingress {
 public:
  Ingress();

  // Calls `onDatagram` for each datagram that waits, up to kMaxBatches full batches, so that one busy socket cannot
  // keep a shard from its timers. The bytes are valid during the call. False: more may be waiting.
  template <typename OnDatagram>
  bool read(int fd, OnDatagram&& onDatagram) {
    for (int batch = 0; batch < kMaxBatches; ++batch) {
      const std::size_t count = receive(fd);
      for (std::size_t i = 0; i < count; ++i) split(i, onDatagram);
      if (count < kBatch) return true;
    }
    return false;
  }

 private:
  // Where the kernel joins datagrams of one sender (UDP_GRO), a message holds up to this.
  static constexpr std::size_t kMessageBytes = 65536;
  static constexpr std::size_t kBatch = 32;
  static constexpr int kMaxBatches = 8;
  struct Control {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> bytes;
  };

  std::size_t receive(int fd);
  // Bytes of each datagram in message `i`, but the last; all of it if it was not joined.
  std::size_t segmentBytes(std::size_t i) const;

  template <typename OnDatagram>
  void split(std::size_t i, OnDatagram& onDatagram) {
    const SocketAddress from(reinterpret_cast<const sockaddr*>(&addresses_[i]));
    Bytes rest(memory_.get() + i * kMessageBytes, messages_[i].msg_len);
    const std::size_t segment = segmentBytes(i);
    while (!rest.empty()) {
      const std::size_t size = std::min(segment, rest.size());
      onDatagram(from, rest.first(size));
      rest = rest.subspan(size);
    }
  }

  std::unique_ptr<std::byte[]> memory_;
  std::array<mmsghdr, kBatch> messages_{};
  std::array<iovec, kBatch> vectors_{};
  std::array<sockaddr_in6, kBatch> addresses_{};
  std::array<Control, kBatch> controls_{};
};

}  // namespace sls::direct
