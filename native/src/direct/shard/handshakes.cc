#include "direct/shard/handshakes.h"

#include <algorithm>
#include <cstring>

namespace sls::direct {
namespace {

// What we say we are: peers switch features on by it, and ours are those of libsrt 1.5.
constexpr std::uint32_t kSpokenVersion = 0x010501;
constexpr std::uint32_t kMaxMtuBytes = 1500;
constexpr std::uint32_t kSpokenFlags =
    kTsbpdSender | kTsbpdReceiver | kCrypt | kTooLateDrop | kRetransmitFlag;

ControlHeader headerFor(const Handshake& request, std::uint32_t timestampUs) {
  return {.type = ControlType::Handshake, .subtype = 0, .info = 0, .timestampUs = timestampUs,
          .socketId = request.socketId};
}

}  // namespace

std::optional<ProtocolFault> faultOf(const Handshake& handshake, const std::optional<Extensions>& extensions) {
  // Version 4 is what libsrt before 1.3 and plain UDT speak.
  if (handshake.version < 5) return ProtocolFault::Version;
  if (!extensions || !extensions->hello || (handshake.extension & kHasHello) == 0) return ProtocolFault::Rogue;
  if ((extensions->hello->flags & kStreamMode) != 0) return ProtocolFault::MessageApi;
  if (!extensions->congestion.empty() && extensions->congestion != "live") return ProtocolFault::Congestion;
  if (extensions->hasFilter) return ProtocolFault::Filter;
  if (extensions->hasGroup) return ProtocolFault::Group;
  return std::nullopt;
}

Latencies settle(const Hello& hello, int ownReceiveMs, int ownSendMs) {
  return {std::max<int>(ownReceiveMs, hello.senderLatencyMs), std::max<int>(ownSendMs, hello.receiverLatencyMs)};
}

std::variant<Unlocked, RefuseReason> unlock(Bytes keyMaterial, std::string_view passphrase) {
  if (keyMaterial.empty() != passphrase.empty()) return RefuseReason::NoEncryption;
  if (keyMaterial.empty()) return Unlocked{};
  const auto material = parseKeyMaterial(keyMaterial);
  auto keys = material ? unwrapKeys(*material, passphrase) : std::nullopt;
  if (!keys) return RefuseReason::BadPassphrase;
  return Unlocked{true, std::move(*keys), material->salt, material->keyBytes};
}

Bytes writeInductionAnswer(MutableBytes out, const Handshake& request, std::uint32_t cookie, int keyBytes) {
  Handshake answer = request;
  answer.version = 5;
  answer.encryption = static_cast<std::uint16_t>(keyBytes / 8);
  answer.extension = kSrtMagic;
  answer.cookie = cookie;
  return HandshakeWriter(out, headerFor(request, 0), answer).packet();
}

Bytes writeRefusal(MutableBytes out, const Handshake& request, int code) {
  Handshake answer = request;
  answer.extension = 0;
  answer.type = kRefusalBase + static_cast<std::uint32_t>(code);
  return HandshakeWriter(out, headerFor(request, 0), answer).packet();
}

Bytes writeConclusionAnswer(MutableBytes out, const Handshake& request, const ConclusionAnswer& answer) {
  Handshake handshake = request;
  handshake.encryption = 0;
  handshake.extension = static_cast<std::uint16_t>(kHasHello | (answer.keyMaterial.empty() ? 0 : kHasKeyMaterial));
  handshake.mtuBytes = std::min(request.mtuBytes, kMaxMtuBytes);
  handshake.flowWindowPackets = answer.flowWindowPackets;
  handshake.socketId = answer.socketId;
  HandshakeWriter writer(out, headerFor(request, answer.timestampUs), handshake);
  writer.addHello(ExtensionType::HelloResponse,
                  {.version = kSpokenVersion,
                   .flags = kSpokenFlags | (answer.isPeriodicNak ? kPeriodicNak : 0),
                   .receiverLatencyMs = static_cast<std::uint16_t>(answer.latencies.receiveMs),
                   .senderLatencyMs = static_cast<std::uint16_t>(answer.latencies.sendMs)});
  if (!answer.keyMaterial.empty()) writer.addBytes(ExtensionType::KeyMaterialResponse, answer.keyMaterial);
  return writer.packet();
}

std::string peerKey(const SocketAddress& address, std::uint32_t peerSocketId) {
  const auto bytes = address.bytes();
  std::string key(bytes.size() + sizeof peerSocketId, '\0');
  std::memcpy(key.data(), bytes.data(), bytes.size());
  std::memcpy(key.data() + bytes.size(), &peerSocketId, sizeof peerSocketId);
  return key;
}

std::string versionText(std::uint32_t version) {
  return std::to_string((version >> 16U) & 0xFFU) + '.' + std::to_string((version >> 8U) & 0xFFU) + '.' +
         std::to_string(version & 0xFFU);
}

}  // namespace sls::direct
