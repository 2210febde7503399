// What the engine reports: the C++ mirror of EngineEvent and ConnectionStats in src/engine/contract.ts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/options.h"

namespace sls {

using ConnectionId = std::uint64_t;

// Never changes while the connection lives, so samples and events share one copy.
struct ConnectionIdentity {
  ConnectionId id = 0;
  std::string listener;
  Role role = Role::Play;
  std::string streamId;
  std::string streamKey;
  std::string peer;
  int latencyMs = 0;
  std::string srtVersion;
  bool encrypted = false;
  int keyLengthBytes = 0;
  std::string tokenId;  // '' = admitted without a play token.
  int tokenMaxUses = 0;
  std::int64_t tokenExpiresAtS = 0;
};
using IdentityPtr = std::shared_ptr<const ConnectionIdentity>;

struct ConnectedEvent {
  IdentityPtr identity;
};
struct ApprovalWantedEvent {
  IdentityPtr identity;
};
struct DisconnectedEvent {
  ConnectionId id = 0;
  CloseReason reason = CloseReason::Peer;
  std::int64_t durationMs = 0;
  std::uint64_t bytes = 0;
};
struct RefusedEvent {
  std::string listener;
  RefuseReason reason = RefuseReason::Malformed;
  std::uint64_t count = 0;
  std::string lastPeer;
  std::string lastStreamId;  // Never with a play token in it.
  int latencyMs = -1;        // -1 = not known.
  PeerEncryption encryption = PeerEncryption::Unknown;
};
struct LogEvent {
  bool isError = false;
  std::string area;
  std::string text;
  std::uint64_t count = 0;
};
struct ResyncEvent {};
struct FaultEvent {
  std::string code;
  std::string message;
};

struct Event {
  std::uint64_t seq = 0;
  std::int64_t atMs = 0;
  std::variant<ConnectedEvent, ApprovalWantedEvent, DisconnectedEvent, RefusedEvent, LogEvent, ResyncEvent, FaultEvent>
      body;
};

// Totals since connect; for a publisher what was received, for a player what was sent.
struct ConnectionStats {
  IdentityPtr identity;
  std::int64_t connectedAtMs = 0;
  std::int64_t sampledAtMs = 0;
  std::int64_t lastDataAtMs = 0;
  double rttMs = 0;
  int bufferMs = 0;
  double rateKbps = 0;
  double bandwidthMbps = 0;
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  std::uint64_t wireBytes = 0;
  std::uint64_t packetsLost = 0;
  std::uint64_t bytesLost = 0;
  std::uint64_t packetsDropped = 0;
  std::uint64_t bytesDropped = 0;
  std::uint64_t packetsRetransmitted = 0;
  std::uint64_t packetsBelated = 0;
  std::uint64_t packetsDuplicate = 0;  // Publishers: came more than once.
  std::uint64_t packetsUndecrypted = 0;
  std::uint64_t ringOverruns = 0;
  std::uint64_t ringBacklogBytes = 0;
};

struct Snapshot {
  std::uint64_t lastSeq = 0;
  std::uint64_t routesVersion = 0;
  std::vector<ConnectionStats> connections;
};

}  // namespace sls
