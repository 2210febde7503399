// What every connection has, whatever carries it. Touched by the worker that owns its stream only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "core/clock.h"
#include "core/event.h"
#include "core/options.h"
#include "core/published.h"
#include "core/rate_meter.h"

namespace sls {

enum class SendResult : std::uint8_t {
  Sent,
  Blocked,  // Try the same message again when the transport says so.
  Refused,  // This message can never be sent; go on with the next.
};

// The changeable part of one listener, shared with its connections.
using SharedPolicy = std::shared_ptr<Published<ListenerPolicy>>;

// Counters of one connection, for a publisher of what came in, for a player of what went out.
struct SessionCounters {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  std::uint64_t ringOverruns = 0;    // Players: times the ring lapped the cursor.
  std::uint64_t packetsRefused = 0;  // Players: messages the transport could not take at all.
  std::int64_t lastDataWallMs = 0;   // 0 = never.
};

class Session {
 public:
  Session(IdentityPtr identity, SharedPolicy policy, MonoMs nowMs)
      : connectedAtMs(nowMs), lastArrivalMs(nowMs), identity_(std::move(identity)), policy_(std::move(policy)) {}
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Players only. Never blocks.
  virtual SendResult send(std::span<const std::byte> message) = 0;

  const ConnectionIdentity& identity() const { return *identity_; }
  const IdentityPtr& sharedIdentity() const { return identity_; }
  ListenerPolicy policy() const { return *policy_->get(); }

  const MonoMs connectedAtMs;
  const std::int64_t connectedAtWallMs = wallNowMs();
  SessionCounters counters;
  RateMeter rate;

  MonoMs lastArrivalMs;  // Publishers: when payload last came in, before any latency is waited for.

  std::uint64_t cursor = 0;  // Players: the next message to send.
  bool isBlocked = false;    // Players: waits until the transport takes more.
  MonoMs behindSinceMs = 0;  // Players: 0 = keeping up.

 private:
  IdentityPtr identity_;  // Passed by argument.
  SharedPolicy policy_;   // Passed by argument.
};

}  // namespace sls
