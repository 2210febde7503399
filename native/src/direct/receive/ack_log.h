// The full ACKs of late: what an ACKACK answers to.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "direct/clock.h"
#include "direct/wire/sequence.h"

namespace sls::direct {

struct SentAck {
  Position position = 0;  // 0 = none, or answered.
  MonoUs sentUs = 0;
};

class AckLog {
 public:
  static constexpr std::size_t kSize = 256;

  // Returns its number: from 1, never 0, which is a light ACK's.
  std::uint32_t add(SentAck ack) {
    last_ = last_ == 0xFFFF'FFFF ? 1 : last_ + 1;
    acks_[last_ % kSize] = ack;
    return last_;
  }
  // Each is handed out once. Empty: too old, answered already, never sent.
  std::optional<SentAck> take(std::uint32_t number) {
    SentAck& ack = acks_[number % kSize];
    if (number == 0 || last_ - number >= kSize || ack.position == 0) return std::nullopt;
    const SentAck taken = ack;
    ack.position = 0;
    return taken;
  }

 private:
  std::array<SentAck, kSize> acks_{};
  std::uint32_t last_ = 0;
};

}  // namespace sls::direct
