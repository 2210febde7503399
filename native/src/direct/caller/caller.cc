#include "direct/caller/caller.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/stream_id.h"
#include "direct/wire/sequence.h"

namespace sls::direct {
namespace {

// What we say we are: our features are those of libsrt 1.5.
constexpr std::uint32_t kSpokenVersion = 0x010501;
constexpr std::uint32_t kSpokenFlags =
    kTsbpdSender | kTsbpdReceiver | kCrypt | kTooLateDrop | kPeriodicNak | kRetransmitFlag;
// An induction is one of UDT, for a socket of messages (draft section 3.2.1).
constexpr std::uint32_t kUdtVersion = 4;
constexpr std::uint16_t kUdtDatagram = 2;
// Above it are types of handshakes again.
constexpr std::uint32_t kLastRefusal = 0x7FFF'FFFF;
constexpr int kMaxLatencyMs = 65535;
constexpr std::size_t kMinPassphraseBytes = 10;
constexpr std::size_t kMaxPassphraseBytes = 79;
constexpr std::size_t kDefaultKeyBytes = 16;

constexpr bool isKeyLength(std::size_t bytes) { return bytes == 16 || bytes == 24 || bytes == 32; }
constexpr bool isLatency(int ms) { return ms >= 0 && ms <= kMaxLatencyMs; }
constexpr int codeOf(ProtocolFault fault) { return static_cast<int>(fault); }

void check(bool isGood, const char* what) {
  if (!isGood) throw std::invalid_argument(what);
}

}  // namespace

Caller::Caller(CallerOptions options, MonoUs nowUs)
    : options_(std::move(options)), nextSendUs_(nowUs), deadlineUs_(nowUs + kTimeoutUs) {
  check(options_.socketId != 0, "socket ID: expected another than 0");
  check(options_.initialSeq <= kSeqMask, "initial sequence number: expected 31 bits");
  check(options_.streamId.size() <= kMaxStreamIdBytes, "stream ID: expected at most 512 bytes");
  check(isLatency(options_.receiveLatencyMs) && isLatency(options_.sendLatencyMs), "latency: expected 0 to 65535 ms");
  const std::size_t bytes = options_.passphrase.size();
  check(bytes == 0 || (bytes >= kMinPassphraseBytes && bytes <= kMaxPassphraseBytes),
        "passphrase: expected 10 to 79 bytes");
  check(options_.keyBytes == 0 || isKeyLength(options_.keyBytes), "key length: expected 0, 16, 24 or 32 bytes");
}

Bytes Caller::due(MonoUs nowUs) {
  if (state_ == State::Connected || state_ == State::Refused) return {};
  if (nowUs >= deadlineUs_) {
    refuse(kTimeoutCode);
    return {};
  }
  if (nowUs < nextSendUs_) return {};
  nextSendUs_ = nowUs + kRepeatUs;
  return write(nowUs);
}

MonoUs Caller::nextDueUs() const {
  if (state_ == State::Connected || state_ == State::Refused) return kNever;
  return std::min(nextSendUs_, deadlineUs_);
}

Bytes Caller::write(MonoUs nowUs) {
  const ControlHeader header{.type = ControlType::Handshake,
                             .subtype = 0,
                             .info = 0,
                             .timestampUs = static_cast<std::uint32_t>(nowUs - options_.startUs),
                             .socketId = 0};
  return state_ == State::Inducing ? writeInduction(header) : writeConclusion(header);
}

Bytes Caller::writeInduction(const ControlHeader& header) {
  const Handshake handshake{.version = kUdtVersion,
                            .encryption = 0,
                            .extension = kUdtDatagram,
                            .initialSeq = options_.initialSeq,
                            .mtuBytes = options_.mtuBytes,
                            .flowWindowPackets = options_.flowWindowPackets,
                            .type = kInduction,
                            .socketId = options_.socketId};
  return HandshakeWriter(out_, header, handshake).packet();
}

Bytes Caller::writeConclusion(const ControlHeader& header) {
  const int extension =
      kHasHello | (keyMaterial_.empty() ? 0 : kHasKeyMaterial) | (options_.streamId.empty() ? 0 : kHasConfig);
  const Handshake handshake{.version = 5,
                            .encryption = static_cast<std::uint16_t>(keyBytes_ / 8),
                            .extension = static_cast<std::uint16_t>(extension),
                            .initialSeq = options_.initialSeq,
                            .mtuBytes = options_.mtuBytes,
                            .flowWindowPackets = options_.flowWindowPackets,
                            .type = kConclusion,
                            .socketId = options_.socketId,
                            .cookie = cookie_};
  // Everything fits: a stream ID and key material are far shorter than a packet.
  HandshakeWriter writer(out_, header, handshake);
  writer.addHello(ExtensionType::HelloRequest,
                  {.version = kSpokenVersion,
                   .flags = kSpokenFlags,
                   .receiverLatencyMs = static_cast<std::uint16_t>(options_.receiveLatencyMs),
                   .senderLatencyMs = static_cast<std::uint16_t>(options_.sendLatencyMs)});
  if (!options_.streamId.empty()) writer.addText(ExtensionType::StreamId, options_.streamId);
  if (!keyMaterial_.empty()) writer.addBytes(ExtensionType::KeyMaterialRequest, keyMaterial_);
  return writer.packet();
}

void Caller::onDatagram(Bytes packet, MonoUs nowUs) {
  if (state_ == State::Connected || state_ == State::Refused) return;
  if (packet.size() < kHeaderBytes || !isControl(packet.data())) return;
  const ControlHeader header = readControlHeader(packet.data());
  if (header.type != ControlType::Handshake || header.socketId != options_.socketId) return;
  const Bytes body = packet.subspan(kHeaderBytes);
  const auto answer = parseHandshake(body);
  if (!answer) return;
  // An answer to an induction that was repeated: the cookie at hand will do.
  if (answer->type == kInduction && state_ == State::Concluding) return;
  if (state_ == State::Concluding && answer->cookie != cookie_) return;
  if (answer->type == kInduction) {
    onInductionAnswer(*answer, nowUs);
  } else if (answer->type == kConclusion && state_ == State::Concluding) {
    onConclusionAnswer(header, *answer, body, nowUs);
  } else if (answer->type >= kRefusalBase && answer->type <= kLastRefusal) {
    refuse(static_cast<int>(answer->type - kRefusalBase));
  }
}

void Caller::onInductionAnswer(const Handshake& answer, MonoUs nowUs) {
  if (answer.version < 5) return refuse(codeOf(ProtocolFault::Version));
  if (answer.extension != kSrtMagic) return refuse(codeOf(ProtocolFault::Rogue));
  cookie_ = answer.cookie;
  if (!options_.passphrase.empty()) makeKeys(answer.encryption);
  state_ = State::Concluding;
  nextSendUs_ = nowUs;
}

void Caller::makeKeys(std::uint16_t advertised) {
  const std::size_t advertisedBytes = std::size_t{advertised} * 8;
  keyBytes_ = options_.keyBytes;
  if (keyBytes_ == 0) keyBytes_ = isKeyLength(advertisedBytes) ? advertisedBytes : kDefaultKeyBytes;
  std::array<std::byte, kMaxKeyBytes> fresh{};
  const MutableBytes bytes = MutableBytes(fresh).first(keyBytes_);
  fillRandom(bytes);
  fillRandom(salt_);
  keys_.even = Key(bytes);
  keyMaterial_ = wrapKeys(keys_, salt_, options_.passphrase);
}

void Caller::onConclusionAnswer(const ControlHeader& header, const Handshake& answer, Bytes body, MonoUs nowUs) {
  const auto extensions = parseExtensions(body);
  if (const auto fault = faultOf(answer, extensions)) return refuse(codeOf(*fault));
  if (answer.socketId == 0) return refuse(codeOf(ProtocolFault::Rogue));
  if (const int code = faultOfKeys(extensions->keyMaterial)) return refuse(code);
  const Hello& hello = *extensions->hello;
  settled_ = {.peerSocketId = answer.socketId,
              // A listener that says less than was asked for has not heard it.
              .latencies = settle(hello, options_.receiveLatencyMs, options_.sendLatencyMs),
              .peerVersion = hello.version,
              .peerFlags = hello.flags,
              .mtuBytes = std::min(answer.mtuBytes, options_.mtuBytes),
              .flowWindowPackets = answer.flowWindowPackets,
              .arrivedUs = nowUs,
              .timestampUs = header.timestampUs};
  state_ = State::Connected;
}

// A listener that has the passphrase answers with the message as it came.
int Caller::faultOfKeys(Bytes answer) const {
  if (std::ranges::equal(answer, keyMaterial_)) return 0;
  const bool isBadSecret = !keyMaterial_.empty() && !answer.empty() && parseKeyState(answer) != KeyState::NoSecret;
  return sls::rejectCode(isBadSecret ? RefuseReason::BadPassphrase : RefuseReason::NoEncryption);
}

void Caller::refuse(int code) {
  state_ = State::Refused;
  rejectCode_ = code;
}

std::optional<SendKeys> Caller::sendKeys(KeyRefresh refresh) const {
  if (keyMaterial_.empty()) return std::nullopt;
  return SendKeys(keys_, salt_, options_.passphrase, refresh, firstPosition(options_.initialSeq));
}

std::optional<ReceiveKeys> Caller::receiveKeys() const {
  if (keyMaterial_.empty()) return std::nullopt;
  return ReceiveKeys(keys_, salt_, options_.passphrase, keyMaterial_);
}

}  // namespace sls::direct
