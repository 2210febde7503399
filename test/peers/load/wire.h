#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// The part of SRT's wire format that a live-mode caller needs.
/// Source: draft-sharabayko-srt, sections 3.1 (data), 3.2 (control); all words are big-endian.
namespace peers::wire {

inline constexpr std::size_t kHeaderBytes = 16;
inline constexpr std::uint32_t kSequenceMask = 0x7fffffff;

enum class ControlType : std::uint32_t {
  Handshake = 0,
  Keepalive = 1,
  Ack = 2,
  Nak = 3,
  Shutdown = 5,
  AckAck = 6,
  DropRequest = 7,
};

inline constexpr std::uint32_t kHandshakeInduction = 1;
inline constexpr std::uint32_t kHandshakeConclusion = 0xffffffff;

/// What every control packet carries in its header.
struct ControlHeader {
  std::uint32_t timestampUs = 0;
  std::uint32_t peerSocketId = 0;
};

/// The fixed part of a handshake.
struct Handshake {
  std::uint32_t type = 0;
  std::uint32_t initialSequence = 0;
  std::uint32_t socketId = 0;
  std::uint32_t cookie = 0;
};

/// What a caller asks for in its conclusion.
struct Request {
  int latencyMs = 0;
  std::string streamId;
  /// Empty: no encryption. In whole words.
  std::span<const std::uint8_t> keyMaterial;
  std::size_t keyBytes = 0;
};

struct SequenceRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

struct AckReport {
  std::uint32_t number = 0;
  std::uint32_t nextSequence = 0;
  std::uint32_t rttUs = 0;
  std::uint32_t rttVarUs = 0;
};

using Datagram = std::vector<std::uint8_t>;

/// A span's 32-bit word; the caller has checked the length.
std::uint32_t wordAt(std::span<const std::uint8_t> bytes, std::size_t word);

bool isControl(std::span<const std::uint8_t> datagram);
ControlType controlType(std::span<const std::uint8_t> datagram);
/// Of a data packet: with either key.
bool isEncrypted(std::span<const std::uint8_t> dataPacket);
bool isRetransmitted(std::span<const std::uint8_t> dataPacket);
/// Of a handshake packet of at least 64 bytes.
Handshake readHandshake(std::span<const std::uint8_t> datagram);
/// a - b in the 31-bit circle of sequence numbers.
std::int32_t sequenceDistance(std::uint32_t a, std::uint32_t b);

Datagram induction(const ControlHeader& header, const Handshake& handshake);
/// With the SRT handshake extension (both latencies), the key material if there is one, and the stream ID.
Datagram conclusion(const ControlHeader& header, const Handshake& handshake, const Request& request);
Datagram ack(const ControlHeader& header, const AckReport& report);
Datagram lightAck(const ControlHeader& header, std::uint32_t nextSequence);
/// Ranges with both ends included; what does not fit into one datagram is left out.
Datagram nak(const ControlHeader& header, std::span<const SequenceRange> ranges);
Datagram keepalive(const ControlHeader& header);
Datagram shutdown(const ControlHeader& header);

}  // namespace peers::wire
