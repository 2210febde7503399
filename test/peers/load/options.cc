#include "load/options.h"

namespace peers {

LoadOptions parseLoadOptions(int argc, const char* const* argv) {
  Arguments arguments(argc, argv, 1, {"gro"});
  LoadOptions options;
  options.host = arguments.text("host", "127.0.0.1");
  options.publisherPort = arguments.integer("publisher-port", 4001, 1, 65535);
  options.playerPort = arguments.integer("player-port", 4000, 1, 65535);
  options.publisherId = arguments.text("publisher-id", "pub");
  options.playerId = arguments.text("player-id", "play");
  options.players = arguments.integer("players", 10, 0, 5000);
  options.mbps = arguments.number("mbps", 4, 0.01, 1000);
  options.latencyMs = arguments.integer("latency-ms", 120, 0, 60000);
  options.passphrase = arguments.text("passphrase", "");
  options.keyBytes = arguments.integer("key-bytes", 16, 16, 32);
  if (options.keyBytes % 8 != 0) throw UsageError("--key-bytes must be 16, 24 or 32");
  options.takesTrains = arguments.has("gro");
  options.joinBurst = arguments.integer("join-burst", 0, 0, 5000);
  options.connectTimeoutSeconds = arguments.number("connect-timeout-seconds", 20, 0.1, 600);
  options.settleSeconds = arguments.number("settle-seconds", 3, 0, 600);
  options.seconds = arguments.number("seconds", 8, 0.1, 3600);
  options.relayPid = arguments.integer("pid", 0, 0, 1 << 30);
  arguments.refuseUnread();
  return options;
}

std::string loadUsage() {
  return R"(srt_load [options]: one libsrt publisher and many cheap raw players; prints one JSON object.

  --host 127.0.0.1 --publisher-port 4001 --player-port 4000 --publisher-id pub --player-id play
  --players 10 --mbps 4 --latency-ms 120 --join-burst 0 (0 = all at once) --connect-timeout-seconds 20
  --settle-seconds 3 --seconds 8 --pid RELAY (CPU, memory and threads of that process)
  --passphrase TEXT --key-bytes 16|24|32 (encryption of publisher and players)
  --gro (players take what the relay sent with one call in one piece)

Exit codes: 0 measured, 1 failure, 3 the publisher was refused, 64 usage.
)";
}

}  // namespace peers
