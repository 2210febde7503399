// Gathers packets on their way out, and sends them in trains: equal packets to one peer leave in one call of the
// kernel (UDP_SEGMENT), trains of many peers in one sendmmsg. What the kernel refuses leaves packet by packet.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/outbox.h"
#include "core/socket_address.h"
#include "direct/wire/packet.h"

namespace sls::direct {

// How packets are handed to the kernel; each falls back to the next where the kernel refuses.
enum class UdpSend : std::uint8_t { Segment, Batch, Single };

// Where packets go. Lives as long as the connection.
struct Target {
  int fd = -1;
  SocketAddress address;
  bool canSegment = true;  // False once the kernel has refused a train: the way's MTU may be smaller.
};

class Egress {
 public:
  Egress(UdpSend mode, Outbox& outbox);

  // One data packet. `payload` and `target` must live until flush().
  void add(Target& target, const DataHeader& header, Bytes payload);
  // One packet that is copied.
  void addCopy(Target& target, Bytes packet);
  // Room for an encrypted payload, valid until flush(); may flush itself first.
  MutableBytes scratch(std::size_t bytes);
  void flush();

  std::uint64_t datagramsLost() const { return lost_; }

 private:
  // A home router's queue holds more than this.
  static constexpr std::size_t kTrainPackets = 16;
  static constexpr std::size_t kPackets = 1024;
  static constexpr std::size_t kScratchBytes = 1 << 20;
  static constexpr std::size_t kMaxPacketBytes = 1500;

  struct Train {
    Target* target = nullptr;
    std::size_t firstVector = 0;
    std::size_t vectorCount = 0;
    std::size_t firstPacket = 0;
    std::size_t packetCount = 0;
    std::size_t packetBytes = 0;  // Of each but the last.
    bool isClosed = false;        // The last one was shorter.
  };
  struct Control {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(std::uint16_t))> bytes;
  };

  void append(Target& target, std::size_t vectorCount, std::size_t bytes);
  bool fits(const Target& target, std::size_t bytes) const;
  void prepare(std::size_t index);
  void sendAll();
  std::size_t sendSome(std::size_t from);
  void sendRefused(const Train& train, int error);
  void sendOne(const Target& target, const iovec* vectors, std::size_t count);
  bool waitForRoom(int fd) const;

  UdpSend mode_;
  Outbox& outbox_;  // Passed by argument.
  std::vector<std::array<std::byte, kHeaderBytes>> headers_;
  std::vector<iovec> vectors_;
  std::vector<std::uint8_t> vectorCounts_;  // Of each packet.
  std::vector<Train> trains_;
  std::vector<mmsghdr> messages_;
  std::vector<Control> controls_;
  std::unique_ptr<std::byte[]> scratch_;
  std::size_t scratchUsed_ = 0;
  std::size_t packets_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace sls::direct
