#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "common/percentiles.h"
#include "load/loss_list.h"
#include "load/stream_key.h"
#include "load/udp_socket.h"
#include "load/window.h"
#include "load/wire.h"

namespace peers {

/// What all players of a run have in common.
struct RawPlayerSettings {
  sockaddr_in relay{};
  std::string streamId;
  int latencyMs = 0;
  /// Empty: no encryption.
  std::string passphrase;
  std::size_t keyBytes = 16;
  bool takesTrains = false;
};

/**
 * The least a live-mode SRT player does: handshake, full ACK each 10 ms while there is something to acknowledge, light
 * ACK each 64 packets, NAK on a gap and again while it lasts, keepalive after a second of silence. It delivers nothing,
 * buffers nothing, and decrypts the head of each message only. Times are realtimeUs().
 */
class RawPlayer {
 public:
  enum class State { Idle, Induction, Conclusion, Connected, Refused, Broken };

  RawPlayer(const RawPlayerSettings& settings, std::uint32_t socketId, std::uint32_t initialSequence);

  int fd() const { return socket_.fd(); }
  State state() const { return state_; }
  void connect(std::int64_t nowUs);
  void take(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs);
  /// Sends what is due: handshake again, ACK, NAK, keepalive.
  void tick(std::int64_t nowUs);
  void disconnect(std::int64_t nowUs);

  std::uint32_t rejectCode() const { return rejectCode_; }
  std::int64_t connectedAtUs() const { return connectedAtUs_; }
  /// 0 = none yet.
  std::int64_t firstDataAtUs() const { return firstDataAtUs_; }
  std::uint64_t retransmitted() const { return retransmitted_; }
  std::uint64_t lossReports() const { return lossReports_; }
  std::uint32_t socketDrops() const { return socket_.drops(); }

  /// From now on messages are marked in the window and their delay is sampled.
  void openWindow(std::uint64_t firstSequence, std::size_t mostMessages);
  const Window& window() const { return window_; }
  const Percentiles& delays() const { return delays_; }

 private:
  struct AckUnderWay {
    std::uint32_t number = 0;
    std::uint32_t nextSequence = 0;
    std::int64_t sentAtUs = 0;
  };

  void sendHandshake(std::int64_t nowUs);
  void takeControl(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs);
  void takeHandshake(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs);
  void takeAckAck(std::uint32_t number, std::int64_t arrivedUs);
  void takeData(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs);
  void takeMessage(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs);
  void followSequence(std::uint32_t sequence, std::int64_t arrivedUs);
  void sendAck(std::int64_t nowUs);
  void sendNak(std::span<const wire::SequenceRange> ranges, std::int64_t nowUs);
  void send(const wire::Datagram& datagram, std::int64_t nowUs);
  std::uint32_t firstMissing() const { return losses_.first().value_or(nextSequence_); }
  wire::ControlHeader header(std::int64_t nowUs) const;

  const RawPlayerSettings& settings_;
  UdpSocket socket_;
  std::optional<StreamKey> key_;
  State state_ = State::Idle;
  std::uint32_t socketId_;
  std::uint32_t peerSocketId_ = 0;
  std::uint32_t cookie_ = 0;
  std::uint32_t initialSequence_;
  std::uint32_t nextSequence_ = 0;
  std::uint32_t rejectCode_ = 0;
  std::uint32_t ackNumber_ = 0;
  std::uint32_t rttUs_ = 1000;
  std::uint32_t rttVarUs_ = 500;
  std::uint32_t packetsSinceAck_ = 0;
  /// Of the last full ACK, and what the relay has confirmed having got.
  std::uint32_t ackedSequence_ = 0;
  std::uint32_t confirmedSequence_ = 0;
  std::int64_t startedAtUs_ = 0;
  std::int64_t handshakeAtUs_ = 0;
  std::int64_t connectedAtUs_ = 0;
  std::int64_t firstDataAtUs_ = 0;
  std::int64_t ackAtUs_ = 0;
  std::int64_t sentAtUs_ = 0;
  std::uint64_t retransmitted_ = 0;
  std::uint64_t lossReports_ = 0;
  std::array<AckUnderWay, 64> acksUnderWay_{};
  LossList losses_;
  Window window_;
  Percentiles delays_{1 << 16};
};

}  // namespace peers
