// The clock of the direct transport.
#pragma once

#include <chrono>
#include <cstdint>

namespace sls::direct {

// Monotonic microseconds: what SRT counts in.
using MonoUs = std::int64_t;

inline MonoUs monoNowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace sls::direct
