#include "load/wire.h"

#include <arpa/inet.h>

#include <cstring>

namespace peers::wire {
namespace {

constexpr std::uint32_t kControlBit = 0x80000000;
constexpr std::uint32_t kRangeBit = 0x80000000;
constexpr std::uint32_t kRetransmittedBit = 1u << 26;
constexpr std::uint32_t kKeyBits = 3u << 27;
constexpr std::uint32_t kMtu = 1500;
constexpr std::uint32_t kFlowWindowPackets = 8192;
constexpr std::uint32_t kVersion4 = 4;
constexpr std::uint32_t kVersion5 = 5;
// Induction: the socket type of UDT; conclusion: which of HSREQ, KMREQ and CONFIG extensions follow.
constexpr std::uint32_t kInductionField = 2;
constexpr std::uint32_t kHasHsReq = 1;
constexpr std::uint32_t kHasKmReq = 2;
constexpr std::uint32_t kHasConfig = 4;
constexpr std::uint32_t kHsReq = 1;
constexpr std::uint32_t kKmReq = 3;
constexpr std::uint32_t kStreamId = 5;
constexpr std::uint32_t kSrtVersion = 0x00010501;
// TSBPD both ways, CRYPT, TLPKTDROP, PERIODICNAK, REXMITFLG.
constexpr std::uint32_t kSrtFlags = 0x3f;

class Writer {
 public:
  Writer(ControlType type, std::uint32_t detail, const ControlHeader& header) {
    constexpr std::size_t kUsualBytes = 64;
    datagram_.reserve(kUsualBytes);
    word(kControlBit | (static_cast<std::uint32_t>(type) << 16));
    word(detail);
    word(header.timestampUs);
    word(header.peerSocketId);
  }

  Writer& word(std::uint32_t value) {
    const std::uint32_t wire = htonl(value);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&wire);
    datagram_.insert(datagram_.end(), bytes, bytes + sizeof wire);
    return *this;
  }

  Writer& bytes(std::span<const std::uint8_t> values) {
    datagram_.insert(datagram_.end(), values.begin(), values.end());
    return *this;
  }

  std::size_t size() const { return datagram_.size(); }
  Datagram take() { return std::move(datagram_); }

 private:
  Datagram datagram_;
};

void writeHandshake(Writer& writer, std::uint32_t version, std::uint32_t field, const Handshake& handshake) {
  // The peer's address as libsrt writes it: 127.0.0.1 in its byte order, then zeros.
  constexpr std::array<std::uint32_t, 4> kLoopback = {0x0100007f, 0, 0, 0};
  writer.word(version).word(field).word(handshake.initialSequence).word(kMtu).word(kFlowWindowPackets);
  writer.word(handshake.type).word(handshake.socketId).word(handshake.cookie);
  for (const std::uint32_t part : kLoopback) writer.word(part);
}

// The text travels as little-endian words.
void writeStreamId(Writer& writer, const std::string& streamId) {
  const std::size_t words = (streamId.size() + 3) / 4;
  writer.word((kStreamId << 16) | static_cast<std::uint32_t>(words));
  for (std::size_t i = 0; i < words; i++) {
    std::uint32_t value = 0;
    for (std::size_t k = 0; k < 4 && 4 * i + k < streamId.size(); k++) {
      value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(streamId[4 * i + k])) << (8 * k);
    }
    writer.word(value);
  }
}

}  // namespace

std::uint32_t wordAt(std::span<const std::uint8_t> bytes, std::size_t word) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + 4 * word, sizeof value);
  return ntohl(value);
}

bool isControl(std::span<const std::uint8_t> datagram) { return (wordAt(datagram, 0) & kControlBit) != 0; }

ControlType controlType(std::span<const std::uint8_t> datagram) {
  return static_cast<ControlType>((wordAt(datagram, 0) >> 16) & 0x7fff);
}

bool isEncrypted(std::span<const std::uint8_t> dataPacket) { return (wordAt(dataPacket, 1) & kKeyBits) != 0; }

bool isRetransmitted(std::span<const std::uint8_t> dataPacket) {
  return (wordAt(dataPacket, 1) & kRetransmittedBit) != 0;
}

Handshake readHandshake(std::span<const std::uint8_t> datagram) {
  const std::span<const std::uint8_t> body = datagram.subspan(kHeaderBytes);
  return {wordAt(body, 5), wordAt(body, 2), wordAt(body, 6), wordAt(body, 7)};
}

std::int32_t sequenceDistance(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>((a - b) << 1) >> 1; }

Datagram induction(const ControlHeader& header, const Handshake& handshake) {
  Writer writer(ControlType::Handshake, 0, header);
  writeHandshake(writer, kVersion4, kInductionField, handshake);
  return writer.take();
}

Datagram conclusion(const ControlHeader& header, const Handshake& handshake, const Request& request) {
  Writer writer(ControlType::Handshake, 0, header);
  // The upper half announces the key length in units of 8 bytes.
  const auto keyField = static_cast<std::uint32_t>(request.keyBytes / 8) << 16;
  const std::uint32_t keyFlag = request.keyMaterial.empty() ? 0 : keyField | kHasKmReq;
  writeHandshake(writer, kVersion5, kHasHsReq | kHasConfig | keyFlag, handshake);
  const auto latency = static_cast<std::uint32_t>(request.latencyMs);
  writer.word((kHsReq << 16) | 3).word(kSrtVersion).word(kSrtFlags).word((latency << 16) | latency);
  if (!request.keyMaterial.empty()) {
    writer.word((kKmReq << 16) | static_cast<std::uint32_t>(request.keyMaterial.size() / 4));
    writer.bytes(request.keyMaterial);
  }
  writeStreamId(writer, request.streamId);
  return writer.take();
}

Datagram ack(const ControlHeader& header, const AckReport& report) {
  // What an idle receiver would say of its buffer and of the link; a live sender uses neither.
  constexpr std::uint32_t kFreePackets = 8000;
  constexpr std::uint32_t kPacketsPerSecond = 600;
  constexpr std::uint32_t kLinkPacketsPerSecond = 10000;
  constexpr std::uint32_t kBytesPerSecond = 800000;
  Writer writer(ControlType::Ack, report.number, header);
  writer.word(report.nextSequence).word(report.rttUs).word(report.rttVarUs).word(kFreePackets);
  writer.word(kPacketsPerSecond).word(kLinkPacketsPerSecond).word(kBytesPerSecond);
  return writer.take();
}

Datagram lightAck(const ControlHeader& header, std::uint32_t nextSequence) {
  return Writer(ControlType::Ack, 0, header).word(nextSequence).take();
}

Datagram nak(const ControlHeader& header, std::span<const SequenceRange> ranges) {
  constexpr std::size_t kMostBytes = 1456;
  Writer writer(ControlType::Nak, 0, header);
  for (const SequenceRange& range : ranges) {
    if (writer.size() + 8 > kMostBytes) break;
    if (range.first == range.last) {
      writer.word(range.first);
    } else {
      writer.word(range.first | kRangeBit).word(range.last);
    }
  }
  return writer.take();
}

Datagram keepalive(const ControlHeader& header) { return Writer(ControlType::Keepalive, 0, header).word(0).take(); }

Datagram shutdown(const ControlHeader& header) { return Writer(ControlType::Shutdown, 0, header).word(0).take(); }

}  // namespace peers::wire
