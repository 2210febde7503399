// The caller's side of a handshake (draft section 4.3.1): a state machine without socket or clock. Datagrams and times
// come in, datagrams go out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "direct/clock.h"
#include "direct/crypto/key_material.h"
#include "direct/crypto/receive_keys.h"
#include "direct/crypto/send_keys.h"
#include "direct/shard/handshakes.h"
#include "direct/wire/handshake.h"

namespace sls::direct {

struct CallerOptions {
  std::uint32_t socketId = 0;    // Ours; random, never 0: it is all that a stranger would have to guess.
  std::uint32_t initialSeq = 0;  // 31 bits; of both directions.
  MonoUs startUs = 0;            // Our clock when our timestamps are 0.
  std::string streamId = {};     // At most 512 bytes; '' = none.
  int receiveLatencyMs = 120;    // 0 to 65535: wish for what we receive (SRTO_RCVLATENCY).
  int sendLatencyMs = 120;       // 0 to 65535: wish for what we send (SRTO_PEERLATENCY).
  std::string passphrase = {};   // 10 to 79 bytes; '' = no encryption.
  std::size_t keyBytes = 0;      // 16, 24, 32; 0 = as the listener advertises, else 16 (SRTO_PBKEYLEN).
  std::uint32_t mtuBytes = 1500;
  std::uint32_t flowWindowPackets = 8192;  // Room of our receiver.
};

// What a listener has agreed to.
struct Settled {
  std::uint32_t peerSocketId = 0;
  Latencies latencies;
  std::uint32_t peerVersion = 0;  // 0x010501 = 1.5.1.
  std::uint32_t peerFlags = 0;
  std::uint32_t mtuBytes = 0;
  std::uint32_t flowWindowPackets = 0;  // Room of the listener's receiver.
  // When the answer arrived, and the timestamp in it: the base of all timestamps to come.
  MonoUs arrivedUs = 0;
  std::uint32_t timestampUs = 0;
};

class Caller {
 public:
  enum class State : std::uint8_t { Inducing, Concluding, Connected, Refused };

  // Both as libsrt has them: its repetitions, and the default of SRTO_CONNTIMEO.
  static constexpr MonoUs kRepeatUs = 250'000;
  static constexpr MonoUs kTimeoutUs = 3'000'000;
  // SRT_REJ_TIMEOUT.
  static constexpr int kTimeoutCode = 16;

  // Throws std::invalid_argument for an option out of its range.
  Caller(CallerOptions options, MonoUs nowUs);

  // The datagram to be sent now; empty: none. Valid until the next call. After kTimeoutUs it gives up.
  Bytes due(MonoUs nowUs);
  // When due() has something to do, if nothing arrives before; kNever: it is over.
  MonoUs nextDueUs() const;
  static constexpr MonoUs kNever = INT64_MAX;

  // A datagram from the listener's address; what is not its answer to us is ignored. With a passphrase, the answer to
  // the induction costs a millisecond, and throws std::runtime_error if OpenSSL fails.
  void onDatagram(Bytes packet, MonoUs nowUs);

  State state() const { return state_; }
  // Connected: what was settled.
  const Settled& settled() const { return settled_; }
  // Refused: the listener's reject code (libsrt: SRT_REJ_*, access_control.h), or the one for what is wrong with its
  // answer, or kTimeoutCode.
  int rejectCode() const { return rejectCode_; }
  const CallerOptions& options() const { return options_; }

  // Our keys, for the direction that is used. Empty: no encryption. From Concluding on.
  std::optional<SendKeys> sendKeys(KeyRefresh refresh) const;
  std::optional<ReceiveKeys> receiveKeys() const;

 private:
  Bytes write(MonoUs nowUs);
  Bytes writeInduction(const ControlHeader& header);
  Bytes writeConclusion(const ControlHeader& header);
  void onInductionAnswer(const Handshake& answer, MonoUs nowUs);
  void onConclusionAnswer(const ControlHeader& header, const Handshake& answer, Bytes body, MonoUs nowUs);
  // 0: nothing is wrong with it.
  int faultOfKeys(Bytes answer) const;
  void makeKeys(std::uint16_t advertised);
  void refuse(int code);

  const CallerOptions options_;
  State state_ = State::Inducing;
  MonoUs nextSendUs_;
  MonoUs deadlineUs_;
  std::uint32_t cookie_ = 0;
  std::size_t keyBytes_ = 0;
  KeyPair keys_;
  Salt salt_{};
  std::vector<std::byte> keyMaterial_;  // Empty = no encryption.
  Settled settled_;
  int rejectCode_ = 0;
  std::array<std::byte, kMaxHandshakePacketBytes> out_{};
};

}  // namespace sls::direct
