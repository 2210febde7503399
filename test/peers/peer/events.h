#pragma once

#include <cstdint>

#include "common/json_object.h"
#include "common/srt_socket.h"

namespace peers {

inline constexpr int kExitRefused = 3;
inline constexpr int kExitBroken = 4;
inline constexpr int kExitCorrupt = 5;

/// Reports an established connection with what was negotiated.
void reportConnected(int connection, const SrtSocket& socket, std::int64_t startedAtUs);

/// Reports a failed connect with the reason the peer gave: 1400 and above are access control codes, 1000 and
/// below libsrt's own (SRT_REJECT_REASON).
void reportRefused(int connection, SRTSOCKET socket);

void reportBroken(int connection);

}  // namespace peers
