// The two clocks of the engine.
#pragma once

#include <chrono>
#include <cstdint>

namespace sls {

// Monotonic milliseconds: for ages, deadlines and rates.
using MonoMs = std::int64_t;

inline MonoMs monoNowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Unix milliseconds: only for what is shown to people.
inline std::int64_t wallNowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace sls
