// What the tests send through a relay: payloads that say whose they are and which, so that any byte out of place shows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "direct/clock.h"
#include "direct/wire/packet.h"

namespace sls::test {

class LoopbackPayload {
 public:
  struct Label {
    std::uint64_t sender = 0;
    std::int64_t number = 0;  // From 0.
    direct::MonoUs sentUs = 0;
  };

  // Most are as long as seven TS packets, some are shorter, down to the label alone.
  static std::vector<std::byte> make(Label label) {
    constexpr std::size_t kShort = 188 - sizeof(Label);
    constexpr std::array<std::size_t, 8> kFilling{kLong, kLong, kLong, kLong, kShort, kLong, kLong, 0};
    const std::byte* filling = noise().data() + offsetOf(label);
    std::vector<std::byte> payload(sizeof label);
    std::memcpy(payload.data(), &label, sizeof label);
    payload.insert(payload.end(), filling,
                   filling + kFilling[static_cast<std::size_t>(label.number) % kFilling.size()]);
    return payload;
  }

  // Empty: no payload that make() has made.
  static std::optional<Label> read(direct::Bytes payload) {
    Label label;
    if (payload.size() < sizeof label) return std::nullopt;
    std::memcpy(&label, payload.data(), sizeof label);
    if (label.number < 0) return std::nullopt;
    const auto expected = make(label);
    if (expected.size() != payload.size()) return std::nullopt;
    return std::memcmp(expected.data(), payload.data(), payload.size()) == 0 ? std::optional(label) : std::nullopt;
  }

 private:
  static constexpr std::size_t kLong = 1316 - sizeof(Label);
  static constexpr std::size_t kNoiseBytes = 8192;

  static std::size_t offsetOf(Label label) {
    const std::uint64_t mixed = (label.sender * 1'000'003 + static_cast<std::uint64_t>(label.number)) * 2'654'435'761U;
    return static_cast<std::size_t>(mixed >> 8U) % (kNoiseBytes - kLong);
  }

  static const std::array<std::byte, kNoiseBytes>& noise() {
    static const auto bytes = [] {
      std::array<std::byte, kNoiseBytes> made{};
      std::uint32_t state = 1;
      for (std::byte& one : made) {
        state = state * 1'664'525 + 1'013'904'223;
        one = static_cast<std::byte>(state >> 24U);
      }
      return made;
    }();
    return bytes;
  }
};

}  // namespace sls::test
