// A caller and whatever its listener may answer. Input: one or two bytes of options, then datagrams: a byte of kind,
// one of time in ms, two of length, and that many bytes. What a datagram must have to be looked at at all is put right
// by the kind's bits, or the fuzzer would hardly get past the socket ID.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "direct/caller/caller.h"
#include "invariant.h"

using namespace sls::direct;

namespace {

constexpr int kMaxCalls = 200;
constexpr std::uint32_t kSocketId = 0x155E'C277;
constexpr MonoUs kStartUs = 1'000'000;
constexpr std::size_t kTypeAt = kHeaderBytes + 20;
constexpr std::size_t kCookieAt = kHeaderBytes + 28;

CallerOptions readOptions(sls::fuzz::Input& input) {
  const std::uint8_t flags = input.byte();
  CallerOptions options;
  options.socketId = kSocketId;
  options.initialSeq = 0x7FFF'FFFF;
  options.startUs = kStartUs;
  options.streamId = std::string((flags & 1U) == 0 ? 0 : 2U * input.byte(), 's');
  // Rarely: a key costs 2048 rounds.
  if ((flags & 0xF0U) == 0xF0U) options.passphrase = "correct-horse-battery";
  return options;
}

class Call {
 public:
  explicit Call(sls::fuzz::Input& input) : input_(input), caller_(readOptions(input), kStartUs) {}

  void one() {
    const std::uint8_t kind = input_.byte();
    nowUs_ += input_.byte() * MonoUs{1000};
    send();
    const Caller::State before = caller_.state();
    const auto packet = datagram(kind);
    caller_.onDatagram(packet, nowUs_);
    check(before, packet);
  }

 private:
  // What is due, and what must hold of it.
  void send() {
    const bool isDue = caller_.nextDueUs() <= nowUs_;
    const Bytes packet = caller_.due(nowUs_);
    INVARIANT(isDue || packet.empty());
    INVARIANT(caller_.nextDueUs() > nowUs_);
    INVARIANT(nowUs_ < kStartUs + Caller::kTimeoutUs || caller_.nextDueUs() == Caller::kNever);
    if (packet.empty()) return;
    ++sent_;
    INVARIANT(nowUs_ < kStartUs + Caller::kTimeoutUs);
    // One each time it may repeat itself, and one when it goes on to the conclusion.
    INVARIANT(sent_ <= (nowUs_ - kStartUs) / Caller::kRepeatUs + 2);
    INVARIANT(packet.size() <= kMaxHandshakePacketBytes);
    const Bytes body = packet.subspan(kHeaderBytes);
    const auto handshake = parseHandshake(body);
    INVARIANT(handshake && parseExtensions(body));
    INVARIANT(handshake->socketId == kSocketId);
    INVARIANT((handshake->type == kConclusion) == (caller_.state() == Caller::State::Concluding));
    lastSent_.assign(packet.begin(), packet.end());
  }

  std::vector<std::byte> datagram(std::uint8_t kind) {
    std::vector<std::byte> packet(input_.word() % (kMaxHandshakePacketBytes + 1));
    for (std::byte& one : packet) one = std::byte{input_.byte()};
    // Back to it what it has sent, with the fuzzer's bytes over it.
    if ((kind & 1U) != 0) {
      std::vector<std::byte> echo = lastSent_;
      for (std::size_t i = 0; i + 1 < packet.size(); i += 2) {
        const std::size_t at = std::to_integer<std::size_t>(packet[i]);
        if (at < echo.size()) echo[at] = packet[i + 1];
      }
      packet = std::move(echo);
    }
    if (packet.size() < kHeaderBytes) return packet;
    if ((kind & 2U) != 0) write(packet.data(), ControlHeader{.type = ControlType::Handshake, .socketId = kSocketId});
    if (packet.size() < kHeaderBytes + kHandshakeBytes) return packet;
    const bool isConcluding = caller_.state() == Caller::State::Concluding;
    if ((kind & 4U) != 0) {
      writeWord(packet.data() + kHeaderBytes, 5);
      if (!isConcluding) writeWord(packet.data() + kHeaderBytes + 4, kSrtMagic);
      writeWord(packet.data() + kTypeAt, isConcluding ? kConclusion : kInduction);
    }
    if ((kind & 8U) != 0 && isConcluding) writeWord(packet.data() + kCookieAt, readWord(lastSent_.data() + kCookieAt));
    return packet;
  }

  void check(Caller::State before, Bytes packet) const {
    const Caller::State after = caller_.state();
    INVARIANT(after >= before);
    const bool isOver = before == Caller::State::Connected || before == Caller::State::Refused;
    INVARIANT(!isOver || after == before);
    INVARIANT(after == Caller::State::Refused ? caller_.rejectCode() >= 0 : caller_.rejectCode() == 0);
    if (after == before || after != Caller::State::Connected) return;
    // Nobody gets in without a whole answer to what was asked.
    INVARIANT(before == Caller::State::Concluding);
    const Bytes body = packet.subspan(kHeaderBytes);
    const auto answer = parseHandshake(body);
    const auto extensions = parseExtensions(body);
    INVARIANT(answer && extensions && extensions->hello);
    INVARIANT(socketIdOf(packet.data()) == kSocketId);
    INVARIANT(answer->cookie == readWord(lastSent_.data() + kCookieAt));
    const Settled& settled = caller_.settled();
    INVARIANT(settled.peerSocketId == answer->socketId && settled.peerSocketId != 0);
    INVARIANT(settled.latencies.receiveMs >= caller_.options().receiveLatencyMs);
    INVARIANT(settled.latencies.sendMs >= caller_.options().sendLatencyMs);
    INVARIANT(settled.arrivedUs == nowUs_);
    INVARIANT(settled.mtuBytes <= caller_.options().mtuBytes);
    INVARIANT(caller_.sendKeys({}).has_value() == !caller_.options().passphrase.empty());
    INVARIANT(extensions->keyMaterial.empty() == caller_.options().passphrase.empty());
  }

  sls::fuzz::Input& input_;
  Caller caller_;
  MonoUs nowUs_ = kStartUs;
  MonoUs sent_ = 0;
  std::vector<std::byte> lastSent_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sls::fuzz::Input input(data, size);
  Call call(input);
  for (int i = 0; i < kMaxCalls && !input.isEmpty(); ++i) call.one();
  return 0;
}
