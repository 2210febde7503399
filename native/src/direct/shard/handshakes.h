// What a handshake says and what it is answered: the part that needs no connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/options.h"
#include "core/socket_address.h"
#include "direct/clock.h"
#include "direct/crypto/key_material.h"
#include "direct/wire/handshake.h"

namespace sls::direct {

// Reject codes below 1000: libsrt's own (SRT_REJECT_REASON in srt.h).
enum class ProtocolFault : std::uint16_t {
  Rogue = 4,
  Version = 8,
  MessageApi = 12,
  Congestion = 13,
  Filter = 14,
  Group = 15,
};

// A conclusion as it came. Views point into the packet.
struct Conclusion {
  ControlHeader header;
  Handshake handshake;
  Extensions extensions;
};

// What is wrong with the extensions of a conclusion whose cookie is right, before anybody asks who it is.
std::optional<ProtocolFault> faultOf(const Handshake& handshake, const std::optional<Extensions>& extensions);

// Both latencies in force, after each side has had its say (draft section 4.4): the larger wish of each direction.
struct Latencies {
  int receiveMs = 0;  // Of what we receive.
  int sendMs = 0;     // Of what we send.
};
Latencies settle(const Hello& hello, int ownReceiveMs, int ownSendMs);

// The keys that a passphrase opens. Empty material and no passphrase: none, and that is right.
struct Unlocked {
  bool isEncrypted = false;
  KeyPair keys;
  Salt salt{};
  std::size_t keyBytes = 0;
};
std::variant<Unlocked, RefuseReason> unlock(Bytes keyMaterial, std::string_view passphrase);

// Answers. `out` has kMaxHandshakePacketBytes.
Bytes writeInductionAnswer(MutableBytes out, const Handshake& request, std::uint32_t cookie, int keyBytes);
// `code`: a reject code as rejectCode() has it.
Bytes writeRefusal(MutableBytes out, const Handshake& request, int code);

struct ConclusionAnswer {
  std::uint32_t socketId = 0;
  std::uint32_t timestampUs = 0;
  std::uint32_t flowWindowPackets = 0;
  Latencies latencies;
  bool isPeriodicNak = true;
  Bytes keyMaterial;  // Echoed; empty = no encryption.
};
Bytes writeConclusionAnswer(MutableBytes out, const Handshake& request, const ConclusionAnswer& answer);

// Whose conclusion it is, when it comes again.
std::string peerKey(const SocketAddress& address, std::uint32_t peerSocketId);

// 'major.minor.patch' of a hello.
std::string versionText(std::uint32_t version);

}  // namespace sls::direct
