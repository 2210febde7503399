// The cookie of an induction: proves that a caller receives at its address, without remembering it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "direct/clock.h"
#include "direct/wire/packet.h"

namespace sls::direct {

// Keyed hash of the peer's address and port and a coarse clock; the key is random and lives with the object.
// Immutable, so any thread may ask.
class SynCookie {
 public:
  SynCookie();

  // `address`: the bytes of IP address and port, at most 18. Never 0.
  std::uint32_t make(Bytes address, MonoUs nowUs) const;
  // True for a cookie of this period or of the one before: it lives for one to two minutes.
  bool isValid(std::uint32_t cookie, Bytes address, MonoUs nowUs) const;

 private:
  std::array<std::byte, 16> key_;
};

}  // namespace sls::direct
