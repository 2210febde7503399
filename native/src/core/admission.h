// Decides a handshake from tables in memory. Pure: nothing is counted, nothing is remembered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/clock.h"
#include "core/live_streams.h"
#include "core/options.h"
#include "core/player_counts.h"
#include "core/route_table.h"
#include "core/token_uses.h"

namespace sls {

struct AdmissionRequest {
  std::string_view streamId;  // As the peer sent it.
  Role role = Role::Play;     // Of the port it came to.
  std::string_view peer;      // 'address:port'.
  MonoMs nowMs = 0;
  std::int64_t nowS = 0;  // Unix seconds, what tokens go by.
  bool isOpen = false;    // A route table is in force and the engine is not draining.
  int connectionCount = 0;
  int maxConnections = 0;
};

struct AdmissionTables {
  const RouteTable& routes;
  const LiveStreams& live;
  std::string_view tokenSecret;  // '' = every token is refused.
  const TokenUses& tokenUses;
  const PlayerCounts& players;
};

// What a play token brought; tokenId '' = it came without one.
struct TokenGrant {
  std::string tokenId;
  int maxUses = 0;  // 0 = no limit.
  std::int64_t expiresAtS = 0;
};

// The route's own stream ID, not the notation the peer wrote it in.
struct Admitted {
  std::string streamId;
  std::string streamKey;
  RulesPtr rules = nullptr;
  TokenGrant token = {};
};

struct Refused {
  RefuseReason reason = RefuseReason::Malformed;
  std::string streamId;  // The route's own where it is known, else what the peer sent, without a token.
};

using Admission = std::variant<Admitted, Refused>;

// Order: not-ready, malformed, the ID as a literal text, the ID in one of the known notations or of its token,
// forbidden (a known ID on the port of the other role), unknown; for a known one its networks and its token, so that
// who may not come in learns nothing about the stream; then not-live or duplicate-publisher, the stream ID's players;
// overload last, so that a stranger learns nothing about the load.
Admission admit(const AdmissionRequest& request, const AdmissionTables& tables);

}  // namespace sls
