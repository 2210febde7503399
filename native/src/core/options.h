// What the engine is told: the C++ mirror of src/engine/contract.ts, field for field.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sls {

// Raise together with CONTRACT_VERSION in contract.ts.
inline constexpr int kContractVersion = 1;

enum class Role : std::uint8_t { Publish, Play };

constexpr std::string_view toText(Role role) { return role == Role::Publish ? "publish" : "play"; }

struct EngineSpec {
  std::string transport;
  std::string relayMode;
  int workerCount = 1;
  int maxConnections = 1024;
  std::size_t ringBytes = 2U << 20U;
  int snapshotIntervalMs = 500;
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

struct Route {
  Role role = Role::Play;
  std::string streamId;
  std::string streamKey;
};

enum class RefuseReason : std::uint8_t {
  Malformed,
  UnknownStreamId,
  Overload,
  Forbidden,
  NotLive,
  DuplicatePublisher,
  NotReady,
};

// The SRT reject code the peer sees (libsrt docs/features/access-control.md: 1000 + the HTTP status).
constexpr int rejectCode(RefuseReason reason) {
  switch (reason) {
    case RefuseReason::Malformed: return 1400;
    case RefuseReason::UnknownStreamId: return 1401;
    case RefuseReason::Overload: return 1402;
    case RefuseReason::Forbidden: return 1403;
    case RefuseReason::NotLive: return 1404;
    case RefuseReason::DuplicatePublisher: return 1409;
    case RefuseReason::NotReady: return 1503;
  }
  return 1000;
}

constexpr std::string_view toText(RefuseReason reason) {
  switch (reason) {
    case RefuseReason::Malformed: return "malformed";
    case RefuseReason::UnknownStreamId: return "unknown-stream-id";
    case RefuseReason::Overload: return "overload";
    case RefuseReason::Forbidden: return "forbidden";
    case RefuseReason::NotLive: return "not-live";
    case RefuseReason::DuplicatePublisher: return "duplicate-publisher";
    case RefuseReason::NotReady: return "not-ready";
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
    case CloseReason::Stopping: return "stopping";
  }
  return "unknown";
}

}  // namespace sls
