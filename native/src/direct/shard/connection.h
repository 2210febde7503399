// One peer: what publishers and players have in common. Touched by its shard only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/booking.h"
#include "core/clock.h"
#include "core/event.h"
#include "core/rate_meter.h"
#include "core/session.h"
#include "direct/clock.h"
#include "direct/io/egress.h"
#include "direct/io/port.h"
#include "direct/wire/packet.h"

namespace sls::direct {

// What a handshake has settled.
struct Accepted {
  IdentityPtr identity;
  SharedPolicy policy;
  Booking booking;
  PortPtr port;
  SocketAddress address;
  std::size_t shard = 0;
  std::uint32_t socketId = 0;
  std::uint32_t peerSocketId = 0;
  MonoUs startUs = 0;
  std::vector<std::byte> answer;
};

class Connection {
 public:
  enum class State : std::uint8_t {
    Parked,    // Waits for its approval.
    Attached,  // Publishes or plays.
    Doomed,    // Refused after its handshake; closed as soon as the peer can understand it.
  };

  Connection(Accepted accepted, MonoMs nowMs)
      : identity(std::move(accepted.identity)),
        socketId(accepted.socketId),
        peerSocketId(accepted.peerSocketId),
        startUs(accepted.startUs),
        connectedAtMs(nowMs),
        target{accepted.port->fd(accepted.shard), accepted.address, true},
        booking(std::move(accepted.booking)),
        answer(std::move(accepted.answer)),
        policy_(std::move(accepted.policy)),
        port_(std::move(accepted.port)) {}
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::uint64_t portId() const { return port_->id(); }
  ListenerPolicy policy() const { return *policy_->get(); }
  // Samples rates; called ten times a second.
  virtual void refresh(MonoMs nowMs) = 0;
  // The part of its statistics that publishers and players count in different ways.
  virtual void fill(ConnectionStats& stats) const = 0;
  // Payload so far: received by a publisher, sent to a player.
  virtual std::uint64_t bytes() const = 0;

  ConnectionStats stats() const {
    ConnectionStats stats;
    stats.identity = identity;
    stats.connectedAtMs = connectedAtWallMs;
    stats.sampledAtMs = wallNowMs();
    stats.lastDataAtMs = lastDataWallMs;
    stats.rateKbps = rate.kbps();
    stats.bytes = bytes();
    fill(stats);
    return stats;
  }

  void sendControl(Egress& egress, ControlHeader header, Bytes body, MonoUs nowUs);

  const IdentityPtr identity;
  const std::uint32_t socketId;      // Ours: what the peer writes into its packets.
  const std::uint32_t peerSocketId;  // What we write into ours.
  const MonoUs startUs;              // Our clock when our timestamps were 0.
  const MonoMs connectedAtMs;
  const std::int64_t connectedAtWallMs = wallNowMs();
  Target target;
  Booking booking;
  const std::vector<std::byte> answer;  // To its conclusion, for when the peer repeats it.

  State state = State::Parked;
  MonoMs parkedUntilMs = 0;
  CloseReason doomReason = CloseReason::Refused;
  RateMeter rate;
  MonoUs lastHeardUs = 0;
  MonoUs lastSentUs = 0;            // Anything that tells the peer we are here.
  std::int64_t lastDataWallMs = 0;  // 0 = never.

 private:
  const SharedPolicy policy_;
  const PortPtr port_;  // Keeps the socket open.
};

}  // namespace sls::direct
