// A handshake datagram from reading to answering, as a listener with a passphrase and one without go through it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "direct/shard/handshakes.h"
#include "invariant.h"

using namespace sls;
using namespace sls::direct;

namespace {

constexpr std::string_view kPassphrase = "correct-horse-battery";

// Of exactly the size that answers may have, so that a byte too many is seen.
class Room {
 public:
  MutableBytes bytes() { return {memory_.get(), kMaxHandshakePacketBytes}; }

 private:
  std::unique_ptr<std::byte[]> memory_ = std::make_unique<std::byte[]>(kMaxHandshakePacketBytes);
};

bool isSame(Bytes one, Bytes other) { return std::equal(one.begin(), one.end(), other.begin(), other.end()); }

Handshake checkAnswer(Bytes packet, MutableBytes room, const Handshake& request) {
  INVARIANT(packet.data() == room.data());
  INVARIANT(packet.size() >= kHeaderBytes + kHandshakeBytes && packet.size() <= room.size());
  INVARIANT(packet.size() % 4 == 0);
  INVARIANT(isControl(packet.data()));
  const ControlHeader header = readControlHeader(packet.data());
  INVARIANT(header.type == ControlType::Handshake);
  INVARIANT(header.socketId == request.socketId);
  const auto answer = parseHandshake(packet.subspan(kHeaderBytes));
  INVARIANT(answer);
  INVARIANT(answer->initialSeq == request.initialSeq);
  return *answer;
}

void checkInduction(const Handshake& request) {
  Room room;
  const Handshake answer = checkAnswer(writeInductionAnswer(room.bytes(), request, 7, 32), room.bytes(), request);
  INVARIANT(answer.version == 5 && answer.cookie == 7 && answer.extension == kSrtMagic && answer.encryption == 4);
}

void checkRefusal(const Handshake& request, int code) {
  Room room;
  const Handshake answer = checkAnswer(writeRefusal(room.bytes(), request, code), room.bytes(), request);
  INVARIANT(answer.type == kRefusalBase + static_cast<std::uint32_t>(code));
}

void checkConclusion(const Handshake& request, const Extensions& extensions) {
  const Hello& hello = *extensions.hello;
  const Latencies latencies = settle(hello, 120, 200);
  INVARIANT(latencies.receiveMs >= 120 && latencies.receiveMs >= hello.senderLatencyMs);
  INVARIANT(latencies.sendMs >= 200 && latencies.sendMs >= hello.receiverLatencyMs);
  Room room;
  const Bytes packet = writeConclusionAnswer(room.bytes(), request,
                                             {.socketId = 5,
                                              .timestampUs = 6,
                                              .flowWindowPackets = 8192,
                                              .latencies = latencies,
                                              .isPeriodicNak = true,
                                              .keyMaterial = extensions.keyMaterial});
  const Handshake answer = checkAnswer(packet, room.bytes(), request);
  INVARIANT(answer.type == kConclusion || answer.type == request.type);
  INVARIANT(answer.socketId == 5 && answer.mtuBytes <= 1500);
  const auto said = parseExtensions(packet.subspan(kHeaderBytes));
  INVARIANT(said && said->hello);
  INVARIANT(said->hello->receiverLatencyMs == latencies.receiveMs && said->hello->senderLatencyMs == latencies.sendMs);
  INVARIANT(isSame(said->keyMaterial, extensions.keyMaterial));
  INVARIANT(((answer.extension & kHasKeyMaterial) != 0) == !extensions.keyMaterial.empty());
}

void listen(const Handshake& request, const Extensions& extensions, std::string_view passphrase) {
  const auto opened = unlock(extensions.keyMaterial, passphrase);
  if (const auto* reason = std::get_if<RefuseReason>(&opened)) {
    INVARIANT(!extensions.keyMaterial.empty() || !passphrase.empty());
    checkRefusal(request, rejectCode(*reason));
    return;
  }
  const auto& unlocked = std::get<Unlocked>(opened);
  INVARIANT(unlocked.isEncrypted == !passphrase.empty());
  INVARIANT(unlocked.isEncrypted != (unlocked.keys.even.isEmpty() && unlocked.keys.odd.isEmpty()));
  checkConclusion(request, extensions);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes packet = std::as_bytes(std::span(data, size));
  if (packet.size() < kHeaderBytes || !isControl(packet.data())) return 0;
  const Bytes body = packet.subspan(kHeaderBytes);
  const auto handshake = parseHandshake(body);
  if (!handshake) return 0;
  checkInduction(*handshake);
  const auto extensions = handshake->version >= 5 ? parseExtensions(body) : std::optional<Extensions>{};
  if (const auto fault = faultOf(*handshake, extensions)) {
    checkRefusal(*handshake, static_cast<int>(*fault));
    return 0;
  }
  INVARIANT(extensions && extensions->hello);
  listen(*handshake, *extensions, "");
  listen(*handshake, *extensions, kPassphrase);
  return 0;
}
