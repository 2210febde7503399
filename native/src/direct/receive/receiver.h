// Reception of one publisher: what arrived, what is missing, what to ask for again, what to give up.
// Pure: no socket, no clock, no payload. Times come in, control messages go out through a sink.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "direct/clock.h"
#include "direct/receive/ack_log.h"
#include "direct/receive/arrival_rate.h"
#include "direct/receive/arrived_set.h"
#include "direct/receive/loss_list.h"
#include "direct/receive/reorder_tolerance.h"
#include "direct/receive/time_base.h"
#include "direct/rtt.h"
#include "direct/wire/control.h"
#include "direct/wire/packet.h"
#include "direct/wire/sequence.h"

namespace sls::direct {

struct ReceiverOptions {
  std::uint32_t initialSeq = 0;
  int latencyMs = 120;                  // TSBPD delay.
  MonoUs startUs = 0;                   // When the conclusion arrived …
  std::uint32_t startTimestampUs = 0;   // … and the timestamp in it.
  int lossMaxTtlPackets = 0;            // Most packets of reorder tolerance (SRTO_LOSSMAXTTL); 0 = report gaps at once.
  bool isPeriodicNak = true;            // Ask again for what has not come (SRTO_NAKREPORT).
  std::uint32_t windowPackets = 25600;  // Most packets ahead of the first missing one.
};

enum class Arrival : std::uint8_t {
  Next,       // At the front, or beyond it with a gap.
  Recovered,  // Fills a gap.
  Duplicate,
  Belated,      // Given up already, or before the first packet.
  OutOfWindow,  // Absurdly far ahead.
};

struct Received {
  Arrival arrival = Arrival::Duplicate;
  Position position = 0;
  MonoUs originUs = 0;  // When it was sent, on our clock (plus the way of the first packet).
};

// Where a receiver's control messages go.
class ReceiverSink {
 public:
  virtual ~ReceiverSink() = default;
  virtual void sendAck(std::uint32_t ackNumber, const Ack& ack) = 0;  // Light: number 0.
  virtual void sendNak(std::span<const SeqRange> ranges) = 0;
  // Too late by the latency, or dropped by the publisher: they will not come any more.
  virtual void givenUp(PositionRange range) = 0;
};

// Totals; meanings as in libsrt docs/API/statistics.md.
struct ReceiverCounters {
  std::uint64_t packets = 0;        // Unique ones (pktRecvUniqueTotal).
  std::uint64_t bytes = 0;          // Their payload.
  std::uint64_t wirePackets = 0;    // All (pktRecvTotal).
  std::uint64_t wireBytes = 0;      // All, with 44 bytes of headers each (byteRecvTotal).
  std::uint64_t lost = 0;           // Seen missing (pktRcvLossTotal).
  std::uint64_t dropped = 0;        // Given up (pktRcvDropTotal).
  std::uint64_t retransmitted = 0;  // Arrived with the flag (pktRcvRetrans).
  std::uint64_t belated = 0;        // pktRcvBelated.
  std::uint64_t duplicates = 0;
};

class Receiver {
 public:
  explicit Receiver(const ReceiverOptions& options);

  Received onData(const DataHeader& header, std::size_t payloadBytes, MonoUs nowUs, ReceiverSink& sink);
  // The publisher will not send these again. Clipped to the window.
  void onDropRequest(SeqRange range, MonoUs nowUs, ReceiverSink& sink);
  void onAckAck(std::uint32_t ackNumber, std::uint32_t timestampUs, MonoUs nowUs);

  // Every 10 ms: full ACK, periodic NAK, holes that are too late.
  void tick(MonoUs nowUs, ReceiverSink& sink);

  const ReceiverCounters& counters() const { return counters_; }
  const Rtt& rtt() const { return rtt_; }
  double capacityMbps() const;
  Position firstMissing() const;
  // One past the highest that arrived, or was dropped by the publisher.
  Position end() const { return end_; }

 private:
  Arrival classify(const DataHeader& header, Position position, MonoUs originUs, MonoUs nowUs, ReceiverSink& sink);
  void appendAt(Position position, MonoUs originUs, MonoUs nowUs);
  void fillAt(const DataHeader& header, Position position);
  bool isNewStart(Position position, MonoUs nowUs) const;
  void count(Arrival arrival, const DataHeader& header, std::size_t payloadBytes);

  void giveUp(PositionRange range, ReceiverSink& sink);
  void giveUpBehindEnd(Position last, ReceiverSink& sink);
  void startAnew(Position position, ReceiverSink& sink);
  void giveUpFirst(ReceiverSink& sink);
  void giveUpTooLate(MonoUs nowUs, ReceiverSink& sink);
  void boundLosses(ReceiverSink& sink);

  void askAgain(MonoUs nowUs, ReceiverSink& sink);
  void acknowledge(MonoUs nowUs, ReceiverSink& sink);
  void acknowledgeLightly(ReceiverSink& sink);

  std::int64_t latencyUs_;
  bool isPeriodicNak_;
  Position windowPackets_;

  ReceiverCounters counters_;
  Rtt rtt_;
  Position end_;
  MonoUs lastAcceptedUs_;
  ArrivedSet arrived_;
  LossList losses_;
  ReorderTolerance tolerance_;
  TimeBase timeBase_;
  ArrivalRate rate_;

  AckLog acks_;
  Position acked_;              // Position of the last full ACK …
  MonoUs ackedUs_ = 0;          // … and when it was sent.
  Position confirmed_;          // The highest that an ACKACK has answered.
  Position told_;               // The highest in any ACK.
  std::uint32_t sinceAck_ = 0;  // Packets since the last ACK, light or full.
};

}  // namespace sls::direct
