#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/arguments.h"
#include "common/srt_socket.h"

namespace peers {

enum class Mode { Publish, Play };

struct PeerOptions {
  Mode mode = Mode::Publish;
  std::string host;
  int port = 0;
  std::string streamId;
  int latencyMs = 0;
  std::string passphrase;
  int keyLengthBytes = 0;
  /// A new key after so many packets, announced so many before it; 0 = libsrt's default.
  int kmRefreshPackets = 0;
  int kmPreannouncePackets = 0;
  /// Publish: taken in turn, message by message.
  std::vector<std::size_t> payloadBytes;
  /// Publish: messages to send. Play: messages each connection waits for. 0 = no limit.
  std::uint64_t count = 0;
  /// From the first connection on; 0 = no limit.
  double seconds = 0;
  /// 0 = as fast as the connection takes it.
  double rateKbps = 0;
  int connectTimeoutMs = 0;
  int printIntervalMs = 0;
  /// Publish: how long the connection stays open after the last message, so that nothing on the way is lost.
  int holdMs = 0;
  bool exitAfterBroken = false;
  int connections = 1;
  /// Play: count messages without looking into them, for publishers that are not srt_peer.
  bool noVerify = false;
};

/// Throws UsageError.
PeerOptions parsePeerOptions(int argc, const char* const* argv);

std::string peerUsage();

/// A caller's socket with these options set, not connected yet.
SrtSocket callerSocket(const PeerOptions& options);

}  // namespace peers
