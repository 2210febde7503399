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
  /// Of publisher and players; empty: no encryption.
  std::string passphrase;
  /// 16, 24 or 32.
  int keyBytes = 0;
  /// The players take what the relay sent with one call in one piece (UDP_GRO), as from a network card that segments.
  bool takesTrains = false;
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
