// Handshake packets, versions 4 (induction) and 5 (draft section 3.2.1): pure reading and writing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "direct/wire/packet.h"

namespace sls::direct {

inline constexpr std::size_t kHandshakeBytes = 48;
inline constexpr std::size_t kMaxHandshakePacketBytes = 1472;

// Field "Handshake Type". Refusals are 1000 + the reject code (libsrt: SRT_REJ_*, access_control.h).
inline constexpr std::uint32_t kInduction = 1;
inline constexpr std::uint32_t kConclusion = 0xFFFF'FFFF;
inline constexpr std::uint32_t kRefusalBase = 1000;

// Field "Extension Field" of an induction answer, and the flags of a conclusion.
inline constexpr std::uint16_t kSrtMagic = 0x4A17;
inline constexpr std::uint16_t kHasHello = 1;
inline constexpr std::uint16_t kHasKeyMaterial = 2;
inline constexpr std::uint16_t kHasConfig = 4;

// Extension types, also the subtypes of ControlType::User.
enum class ExtensionType : std::uint16_t {
  HelloRequest = 1,
  HelloResponse = 2,
  KeyMaterialRequest = 3,
  KeyMaterialResponse = 4,
  StreamId = 5,
  Congestion = 6,
  Filter = 7,
  Group = 8,
};

// Flags of the hello extension (section 3.2.1.1.1).
inline constexpr std::uint32_t kTsbpdSender = 0x01;
inline constexpr std::uint32_t kTsbpdReceiver = 0x02;
inline constexpr std::uint32_t kCrypt = 0x04;
inline constexpr std::uint32_t kTooLateDrop = 0x08;
inline constexpr std::uint32_t kPeriodicNak = 0x10;
inline constexpr std::uint32_t kRetransmitFlag = 0x20;
inline constexpr std::uint32_t kStreamMode = 0x40;
inline constexpr std::uint32_t kFilterCapable = 0x80;

struct Handshake {
  std::uint32_t version = 5;
  std::uint16_t encryption = 0;  // AES key length / 8: 0, 2, 3, 4.
  std::uint16_t extension = 0;
  std::uint32_t initialSeq = 0;  // 31 bits.
  std::uint32_t mtuBytes = 1500;
  std::uint32_t flowWindowPackets = 8192;
  std::uint32_t type = kConclusion;
  std::uint32_t socketId = 0;  // Of the sender.
  std::uint32_t cookie = 0;
  std::array<std::byte, 16> peerAddress{};
};

struct Hello {
  std::uint32_t version = 0;  // 0x010501 = 1.5.1.
  std::uint32_t flags = 0;
  std::uint16_t receiverLatencyMs = 0;  // TSBPD delay of what the sender of the hello receives.
  std::uint16_t senderLatencyMs = 0;    // TSBPD delay it wants for what it sends.
};

// The extensions of a conclusion. Views point into the packet.
struct Extensions {
  std::optional<Hello> hello;  // Request or response.
  Bytes keyMaterial;           // Request or response; empty = none.
  std::string streamId;        // At most 512 bytes, trailing zero bytes removed.
  std::string congestion;      // '' = none named.
  bool hasFilter = false;
  bool hasGroup = false;
};

// Empty: shorter than kHandshakeBytes. `body` is what follows the packet's header.
std::optional<Handshake> parseHandshake(Bytes body);
// Empty: an extension that is cut off, or one of ours with an impossible size (a hello of less than 3 words, a text of
// more than 512 bytes). Unknown extensions are skipped. Of two of one kind the last counts.
std::optional<Extensions> parseExtensions(Bytes body);

// Writes a whole handshake packet, header and all. What does not fit is left out whole; then add…() returns false.
class HandshakeWriter {
 public:
  // `out`: kMaxHandshakePacketBytes at least.
  HandshakeWriter(MutableBytes out, const ControlHeader& header, const Handshake& handshake);
  bool addHello(ExtensionType type, const Hello& hello);
  // Padded with zero bytes to whole words.
  bool addBytes(ExtensionType type, Bytes content);
  // Each word with its bytes in reverse order, as libsrt writes texts.
  bool addText(ExtensionType type, std::string_view text);
  Bytes packet() const { return out_.first(size_); }

 private:
  // Where the zeroed content is; null = no room.
  std::byte* addExtension(ExtensionType type, std::size_t contentBytes);

  MutableBytes out_;
  std::size_t size_ = 0;
};

}  // namespace sls::direct
