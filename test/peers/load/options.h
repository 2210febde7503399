#pragma once

#include <string>

#include "common/arguments.h"

namespace peers {

struct LoadOptions {
  std::string host;
  int publisherPort = 0;
  int playerPort = 0;
  std::string publisherId;
  std::string playerId;
  int players = 0;
  double mbps = 0;
  int latencyMs = 0;
  /// Handshakes under way at once; 0 = all players.
  int joinBurst = 0;
  double connectTimeoutSeconds = 0;
  /// After the last join, before the measurement: the NAKs and retransmissions of joining are over by then.
  double settleSeconds = 0;
  double seconds = 0;
  /// The relay to watch; 0 = none.
  int relayPid = 0;
};

/// Throws UsageError.
LoadOptions parseLoadOptions(int argc, const char* const* argv);

std::string loadUsage();

}  // namespace peers
