// What the engine is told: the C++ mirror of src/engine/contract.ts, field for field.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/network_set.h"

namespace sls {

// Raise together with CONTRACT_VERSION in contract.ts.
inline constexpr int kContractVersion = 4;

enum class Role : std::uint8_t { Publish, Play };

constexpr std::string_view toText(Role role) { return role == Role::Publish ? "publish" : "play"; }

struct EngineSpec {
  std::string transport;
  std::string relayMode;
  int workerCount = 1;
  int maxConnections = 1024;
  std::size_t ringBytes = 2U << 20U;
  int snapshotIntervalMs = 500;
  // The direct transport alone reads these.
  int egressBatchMs = 8;             // 0 to 50: most time a packet waits for companions on its way to a player.
  bool isPlayerLatencyFloor = true;  // A player's latency is at least its stream's publisher's.
  int maxRexmitPercent = 100;        // 0 to 1000, of what a player is sent first; 0 = no limit.
  std::string udpSend = "segment";   // "segment", "batch" or "single"; what the kernel lacks is fallen back from.
  bool isPortShared = true;          // Each worker has a socket of its own on every port; false = one carries all.
};

struct ListenerPolicy {
  int latencyMaxMs = 0;       // 0 = no ceiling.
  int idleTimeoutMs = 15000;  // -1 = never.
  int lingerMs = 10000;
  int takeoverAfterMs = 1000;  // -1 = never.
  bool askApproval = false;
  int approvalTimeoutMs = 5000;
};

struct ListenerSpec {
  ListenerPolicy policy;
  std::string name;
  Role role = Role::Play;
  std::string host = "::";
  int port = 0;
  int backlog = 100;
  int latencyMinMs = 0;
  int lossMaxTtlPackets = 40;
  bool reorderTolerant = false;
  std::string passphrase;
  int keyLengthBytes = 0;
};

// What one stream ID may; the defaults mean "no rule".
struct RouteRules {
  std::string passphrase;  // '' = the listener's.
  NetworkSet networks;     // Empty = everywhere.
  int maxPlayers = 0;
  int maxRateKbps = 0;
  int rateGraceMs = 0;
  std::string tokenSubject;  // '' = no play token stands for it.
  bool isTokenRequired = false;
  std::int64_t tokensNotBeforeS = 0;
};
using RulesPtr = std::shared_ptr<const RouteRules>;

struct Route {
  Role role = Role::Play;
  std::string streamId;
  std::string streamKey;
  RulesPtr rules = nullptr;  // Nullptr = none; immutable, so a connection may keep them.
};

struct RouteName {
  Role role = Role::Play;
  std::string streamId;
};

struct TokenUse {
  std::string tokenId;
  int useCount = 0;
  std::int64_t expiresAtS = 0;
};

struct TokenSpec {
  std::string secret;  // '' = every token is refused.
  std::vector<TokenUse> used;
};

enum class RefuseReason : std::uint8_t {
  BadPassphrase,
  NoEncryption,
  Malformed,
  UnknownStreamId,
  Overload,
  Forbidden,
  NotLive,
  DuplicatePublisher,
  NotReady,
  TokenMissing,
  TokenInvalid,
  TokenExpired,
  TokenUsedUp,
  Network,
  PlayerLimit,
  Latency,
};

// The SRT reject code the peer sees (libsrt docs/features/access-control.md: 1000 + the HTTP status; below 1000
// libsrt's own, which only libsrt sends). 0: the handshake was over.
constexpr int rejectCode(RefuseReason reason) {
  switch (reason) {
    case RefuseReason::Latency: return 0;
    case RefuseReason::BadPassphrase: return 10;
    case RefuseReason::NoEncryption: return 11;
    case RefuseReason::Malformed: return 1400;
    case RefuseReason::UnknownStreamId:
    case RefuseReason::TokenMissing:
    case RefuseReason::TokenInvalid:
    case RefuseReason::TokenExpired:
    case RefuseReason::TokenUsedUp: return 1401;
    case RefuseReason::Overload:
    case RefuseReason::PlayerLimit: return 1402;
    case RefuseReason::Forbidden:
    case RefuseReason::Network: return 1403;
    case RefuseReason::NotLive: return 1404;
    case RefuseReason::DuplicatePublisher: return 1409;
    case RefuseReason::NotReady: return 1503;
  }
  return 1000;
}

constexpr std::string_view toText(RefuseReason reason) {
  switch (reason) {
    case RefuseReason::BadPassphrase: return "bad-passphrase";
    case RefuseReason::NoEncryption: return "no-encryption";
    case RefuseReason::Malformed: return "malformed";
    case RefuseReason::UnknownStreamId: return "unknown-stream-id";
    case RefuseReason::Overload: return "overload";
    case RefuseReason::Forbidden: return "forbidden";
    case RefuseReason::NotLive: return "not-live";
    case RefuseReason::DuplicatePublisher: return "duplicate-publisher";
    case RefuseReason::NotReady: return "not-ready";
    case RefuseReason::TokenMissing: return "token-missing";
    case RefuseReason::TokenInvalid: return "token-invalid";
    case RefuseReason::TokenExpired: return "token-expired";
    case RefuseReason::TokenUsedUp: return "token-used-up";
    case RefuseReason::Network: return "network";
    case RefuseReason::PlayerLimit: return "player-limit";
    case RefuseReason::Latency: return "latency";
  }
  return "unknown";
}

// Whether a refused peer wanted encryption.
enum class PeerEncryption : std::uint8_t { Unknown, None, Encrypted };

constexpr std::string_view toText(PeerEncryption encryption) {
  switch (encryption) {
    case PeerEncryption::Unknown: return "unknown";
    case PeerEncryption::None: return "none";
    case PeerEncryption::Encrypted: return "encrypted";
  }
  return "unknown";
}

enum class CloseReason : std::uint8_t {
  Peer,
  Idle,
  Latency,
  Refused,
  Duplicate,
  Slow,
  Kicked,
  Replaced,
  Bitrate,
  Stopping,
};

constexpr std::string_view toText(CloseReason reason) {
  switch (reason) {
    case CloseReason::Peer: return "peer";
    case CloseReason::Idle: return "idle";
    case CloseReason::Latency: return "latency";
    case CloseReason::Refused: return "refused";
    case CloseReason::Duplicate: return "duplicate";
    case CloseReason::Slow: return "slow";
    case CloseReason::Kicked: return "kicked";
    case CloseReason::Replaced: return "replaced";
    case CloseReason::Bitrate: return "bitrate";
    case CloseReason::Stopping: return "stopping";
  }
  return "unknown";
}

}  // namespace sls
