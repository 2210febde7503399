// The 16-byte header of every SRT packet (draft-sharabayko-srt section 3): pure reading and writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sls::direct {

inline constexpr std::size_t kHeaderBytes = 16;
// Counted with each packet as libsrt does: SRT, UDP and IPv4 headers.
inline constexpr std::size_t kCountedHeaderBytes = kHeaderBytes + 28;
// What fits behind the header into a UDP datagram of the usual 1500 bytes (IPv4).
inline constexpr std::size_t kMaxPayloadBytes = 1500 - 28 - kHeaderBytes;

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

std::uint32_t readWord(const std::byte* from);
void writeWord(std::byte* to, std::uint32_t word);

// Section 3.2; the values on the wire.
enum class ControlType : std::uint16_t {
  Handshake = 0,
  Keepalive = 1,
  Ack = 2,
  Nak = 3,
  CongestionWarning = 4,
  Shutdown = 5,
  AckAck = 6,
  DropRequest = 7,
  PeerError = 8,
  User = 0x7FFF,  // The subtype says which: an extension outside of the handshake.
};

// Section 3.1, field KK.
enum class KeyFlag : std::uint8_t { None = 0, Even = 1, Odd = 2, Both = 3 };

struct DataHeader {
  std::uint32_t seq = 0;
  std::uint32_t message = 0;   // 26 bits.
  std::uint8_t boundary = 3;   // PP: 3 = a message of one packet, 2 = its first, 1 = its last, 0 = middle.
  bool isOrdered = false;
  KeyFlag key = KeyFlag::None;
  bool isRetransmitted = false;
  std::uint32_t timestampUs = 0;
  std::uint32_t socketId = 0;  // Of the receiver.
};

struct ControlHeader {
  ControlType type = ControlType::Keepalive;  // May hold a value that the enumeration does not name.
  std::uint16_t subtype = 0;
  std::uint32_t info = 0;
  std::uint32_t timestampUs = 0;
  std::uint32_t socketId = 0;
};

// All of them need kHeaderBytes bytes; the caller has checked that.
bool isControl(const std::byte* packet);
std::uint32_t socketIdOf(const std::byte* packet);
DataHeader readDataHeader(const std::byte* packet);
ControlHeader readControlHeader(const std::byte* packet);
void write(std::byte* packet, const DataHeader& header);
void write(std::byte* packet, const ControlHeader& header);

}  // namespace sls::direct
