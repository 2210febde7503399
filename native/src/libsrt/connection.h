// One accepted libsrt connection.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/booking.h"
#include "core/rate_limit.h"
#include "core/session.h"
#include "core/slowness.h"
#include "libsrt/listener.h"
#include "libsrt/socket.h"

namespace sls {
class Stream;
}

namespace sls::libsrt {

class Connection final : public Session {
 public:
  enum class State : std::uint8_t {
    Parked,    // Waits for its approval.
    Attached,  // Publishes or plays.
    Doomed,    // Refused after its handshake; closed as soon as the peer can understand it.
  };

  Connection(Accepted accepted, MonoMs nowMs);

  SendResult send(std::span<const std::byte> message) override;
  // Bytes of the next message; 0 = none now, negative = the connection is gone.
  int receive(std::span<std::byte> slot);

  // False: the peer is gone already.
  bool isConnected() const { return srt_getsockstate(socket_.id()) == SRTS_CONNECTED; }

  // Reads libsrt's counters: arrival and rate for a publisher, rate for a player.
  void refresh(MonoMs nowMs);
  ConnectionStats stats() const;

  SRTSOCKET socketId() const { return socket_.id(); }
  void close() { socket_.close(); }

  // Packets libsrt gave up sending because they were too late, as of the last refresh.
  std::uint64_t packetsDropped() const { return static_cast<std::uint64_t>(counters_.pktSndDropTotal); }

  State state = State::Parked;
  MonoMs parkedUntilMs = 0;  // While parked.
  CloseReason doomReason = CloseReason::Refused;
  Stream* stream = nullptr;  // Owned by the worker; set while attached.
  bool isWriteArmed = false;
  Slowness slowness;
  RulesPtr rules = nullptr;  // Publishers: of the route in the table that the worker has seen last.
  RateLimit rateLimit;
  Booking booking;

 private:
  std::uint64_t arrivedBytes() const;

  Socket socket_;
  std::size_t maxMessageBytes_;
  SRT_TRACEBSTATS counters_{};
  std::uint64_t lastPackets_ = 0;
};

}  // namespace sls::libsrt
