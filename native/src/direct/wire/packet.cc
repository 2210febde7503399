#include "direct/wire/packet.h"

#include "direct/wire/sequence.h"

namespace sls::direct {
namespace {

constexpr std::uint32_t kControlBit = 0x8000'0000;
constexpr std::uint32_t kMessageMask = 0x03FF'FFFF;
constexpr unsigned kBoundaryShift = 30;
constexpr unsigned kOrderShift = 29;
constexpr unsigned kKeyShift = 27;
constexpr unsigned kRetransmitShift = 26;

}  // namespace

std::uint32_t readWord(const std::byte* from) {
  return std::to_integer<std::uint32_t>(from[0]) << 24 | std::to_integer<std::uint32_t>(from[1]) << 16 |
         std::to_integer<std::uint32_t>(from[2]) << 8 | std::to_integer<std::uint32_t>(from[3]);
}

void writeWord(std::byte* to, std::uint32_t word) {
  to[0] = static_cast<std::byte>(word >> 24);
  to[1] = static_cast<std::byte>(word >> 16);
  to[2] = static_cast<std::byte>(word >> 8);
  to[3] = static_cast<std::byte>(word);
}

bool isControl(const std::byte* packet) { return (packet[0] & std::byte{0x80}) != std::byte{0}; }

std::uint32_t socketIdOf(const std::byte* packet) { return readWord(packet + 12); }

DataHeader readDataHeader(const std::byte* packet) {
  const std::uint32_t bits = readWord(packet + 4);
  return {
      .seq = readWord(packet) & kSeqMask,
      .message = bits & kMessageMask,
      .boundary = static_cast<std::uint8_t>(bits >> kBoundaryShift),
      .isOrdered = (bits >> kOrderShift & 1) != 0,
      .key = static_cast<KeyFlag>(bits >> kKeyShift & 3),
      .isRetransmitted = (bits >> kRetransmitShift & 1) != 0,
      .timestampUs = readWord(packet + 8),
      .socketId = socketIdOf(packet),
  };
}

ControlHeader readControlHeader(const std::byte* packet) {
  const std::uint32_t kind = readWord(packet);
  return {
      .type = static_cast<ControlType>(kind >> 16 & 0x7FFF),
      .subtype = static_cast<std::uint16_t>(kind),
      .info = readWord(packet + 4),
      .timestampUs = readWord(packet + 8),
      .socketId = socketIdOf(packet),
  };
}

void write(std::byte* packet, const DataHeader& header) {
  writeWord(packet, header.seq & kSeqMask);
  writeWord(packet + 4, static_cast<std::uint32_t>(header.boundary & 3) << kBoundaryShift |
                            static_cast<std::uint32_t>(header.isOrdered) << kOrderShift |
                            (static_cast<std::uint32_t>(header.key) & 3) << kKeyShift |
                            static_cast<std::uint32_t>(header.isRetransmitted) << kRetransmitShift |
                            (header.message & kMessageMask));
  writeWord(packet + 8, header.timestampUs);
  writeWord(packet + 12, header.socketId);
}

void write(std::byte* packet, const ControlHeader& header) {
  writeWord(packet, kControlBit | static_cast<std::uint32_t>(header.type) << 16 | header.subtype);
  writeWord(packet + 4, header.info);
  writeWord(packet + 8, header.timestampUs);
  writeWord(packet + 12, header.socketId);
}

}  // namespace sls::direct
