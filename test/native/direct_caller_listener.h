// A listener made of the functions that the transport's own is made of.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "direct/shard/handshakes.h"
#include "direct/syn_cookie.h"

namespace sls::test {

using namespace sls::direct;

class CallerListener {
 public:
  using Datagram = std::vector<std::byte>;

  struct Options {
    std::string passphrase = {};
    int advertisedKeyBytes = 0;
    int receiveMs = 20;
    int sendMs = 20;
    int refuseCode = 0;  // Of everybody; 0 = nobody.
  };
  static constexpr std::uint32_t kSocketId = 0x1234'5678;
  static constexpr std::uint32_t kTimestampUs = 20'000'000;
  static constexpr std::uint32_t kWindowPackets = 25'600;

  CallerListener() = default;
  explicit CallerListener(Options chosen) : options(std::move(chosen)) {}

  // Empty: a datagram that a listener ignores.
  Datagram answer(Bytes packet, MonoUs nowUs) {
    const auto handshake = parseHandshake(packet.subspan(kHeaderBytes));
    if (!handshake) return {};
    if (handshake->type == kInduction) {
      return copy(writeInductionAnswer(out_, *handshake, cookie_.make(kAddress, nowUs), options.advertisedKeyBytes));
    }
    if (!cookie_.isValid(handshake->cookie, kAddress, nowUs)) return {};
    request = *handshake;
    extensions = parseExtensions(packet.subspan(kHeaderBytes));
    if (const auto fault = faultOf(request, extensions)) return refuse(static_cast<int>(*fault));
    if (options.refuseCode != 0) return refuse(options.refuseCode);
    const auto opened = unlock(extensions->keyMaterial, options.passphrase);
    if (const auto* reason = std::get_if<RefuseReason>(&opened)) return refuse(rejectCode(*reason));
    unlocked = std::get<Unlocked>(opened);
    return copy(writeConclusionAnswer(out_, request,
                                      {.socketId = kSocketId,
                                       .timestampUs = kTimestampUs,
                                       .flowWindowPackets = kWindowPackets,
                                       .latencies = settle(*extensions->hello, options.receiveMs, options.sendMs),
                                       .keyMaterial = extensions->keyMaterial}));
  }

  Options options;
  // Of the last conclusion.
  Handshake request;
  std::optional<Extensions> extensions;
  Unlocked unlocked;

 private:
  static constexpr std::array<std::byte, 18> kAddress{std::byte{127}};

  Datagram refuse(int code) { return copy(writeRefusal(out_, request, code)); }
  static Datagram copy(Bytes packet) { return {packet.begin(), packet.end()}; }

  SynCookie cookie_;
  std::array<std::byte, kMaxHandshakePacketBytes> out_{};
};

}  // namespace sls::test
