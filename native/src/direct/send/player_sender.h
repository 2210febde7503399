// Sends a stream to one player: a cursor into the stream's packets, a sequence offset, and what the player has
// acknowledged. It holds no packet itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "direct/clock.h"
#include "direct/crypto/send_keys.h"
#include "direct/io/egress.h"
#include "direct/rtt.h"
#include "direct/send/drop_ranges.h"
#include "direct/send/recent_resends.h"
#include "direct/send/resend_budget.h"
#include "direct/stream/packet_store.h"
#include "direct/wire/control.h"
#include "direct/wire/sequence.h"

namespace sls::direct {

struct PlayerOptions {
  std::uint32_t initialSeq = 0;
  std::uint32_t peerSocketId = 0;
  MonoUs startUs = 0;  // Our clock when our timestamps were 0.
  std::uint32_t flowWindowPackets = 8192;
  int latencyMs = 120;
  std::size_t maxPayloadBytes = kMaxPayloadBytes;  // What fits into its MTU.
  int maxRexmitPercent = 100;                      // 0 = no limit.
};

// Totals; meanings as in libsrt docs/API/statistics.md.
struct PlayerCounters {
  std::uint64_t packets = 0;        // First sendings (pktSentUniqueTotal).
  std::uint64_t bytes = 0;          // Their payload.
  std::uint64_t wireBytes = 0;      // All sendings, with 44 bytes of headers each (byteSentTotal).
  std::uint64_t lost = 0;           // Asked for again (pktSndLossTotal).
  std::uint64_t retransmitted = 0;  // Sent again (pktRetransTotal).
  std::uint64_t dropped = 0;        // Given up (pktSndDropTotal).
  std::uint64_t droppedBytes = 0;   // With 44 bytes of headers each; of packets that are not kept any more estimated.
  std::uint64_t overruns = 0;       // Times it fell so far behind that it had to be skipped forward.
};

// Of the packet that is `count` after a player's first one: from 1 to 2^26 - 1, and again (draft section 3.1).
constexpr std::uint32_t messageNumberOf(std::int64_t count) {
  return static_cast<std::uint32_t>(1 + count % ((std::int64_t{1} << 26) - 1));
}

// What a player may be sent now.
struct Playable {
  const PacketStore& store;
  PacketIndex end = 0;      // Everything before it may be sent.
  PacketIndex settled = 0;  // What is missing before it will never come.
  MonoUs shiftUs = 0;       // Added to the origin for the player's timestamp.
};

class PlayerSender {
 public:
  PlayerSender(const PlayerOptions& options, std::optional<SendKeys> keys, Target& target);

  // The first packet that it gets. Not started yet: everything else does nothing.
  void start(PacketIndex index);
  bool isStarted() const { return isStarted_; }

  // Sends what it has not had. Stops where the player's window is full.
  void pump(const Playable& stream, Egress& egress, MonoUs nowUs);
  // A packet behind the cursor that has come late.
  void sendLate(const Playable& stream, PacketIndex index, Egress& egress, MonoUs nowUs);
  // Packets that will never come.
  void tellGone(IndexRange gone, Egress& egress, MonoUs nowUs);

  void onAck(const Ack& ack);
  // Answers an ACK with the next packets, in one train: for itself it costs as much as a packet of data. The round trip
  // that the player measures is longer by what the answer waits.
  // 0, of a light ACK, wants no answer.
  void deferAckAck(std::uint32_t ackNumber) {
    if (ackNumber != 0) pendingAckAck_ = ackNumber;
  }
  // What pump() has not taken along.
  void sendAckAck(Egress& egress, MonoUs nowUs);
  void onNak(NakReader ranges, const Playable& stream, Egress& egress, MonoUs nowUs);
  void onKeyAnswer(Bytes message);
  // Sends the last packet again that the player has left unacknowledged for too long: nothing behind it tells the
  // player that it is missing.
  void checkTail(const Playable& stream, Egress& egress, MonoUs nowUs);
  // The key material message to be sent now; empty: none.
  Bytes dueKeyMessage(MonoUs nowUs);

  const PlayerCounters& counters() const { return counters_; }
  const Rtt& rtt() const { return rtt_; }
  // Since when it waits for its window; 0 = it keeps up.
  MonoUs behindSinceUs() const { return behindSinceUs_; }
  PacketIndex cursor() const { return cursor_; }
  // The first packet that the player has not acknowledged.
  PacketIndex acknowledged() const { return indexOf(acked_); }
  MonoUs lastSentUs() const { return lastSentUs_; }
  double capacityMbps() const { return capacityMbps_; }

 private:
  Position positionOfIndex(PacketIndex index) const { return index + offset_; }
  PacketIndex indexOf(Position position) const { return position - offset_; }
  void send(const StoredPacket& packet, Position position, bool isAgain, MonoUs shiftUs, Egress& egress);
  void sendDrop(Position first, Position last, Egress& egress, MonoUs nowUs);
  void sendControl(ControlHeader header, Bytes body, Egress& egress, MonoUs nowUs);
  // False: the budget is used up.
  bool resend(const StoredPacket& packet, Position position, const Playable& stream, Egress& egress, MonoUs nowUs);
  PacketIndex passLargeGap(const Playable& stream);
  void skipTo(PacketIndex index, Egress& egress, MonoUs nowUs);
  void countDropped(std::uint64_t packets, std::uint64_t payloadBytes);
  // Those up to `last` that were not counted before: a request may come again.
  void countTooLate(PositionRange range);
  void answerRange(PositionRange range, const Playable& stream, DropRanges& gone, Egress& egress, MonoUs nowUs);
  std::int64_t usefulUs() const;
  std::int64_t tailTimeoutUs() const;

  PlayerOptions options_;
  std::optional<SendKeys> keys_;
  Target& target_;  // Of the connection.
  PlayerCounters counters_;
  Rtt rtt_;
  RecentResends recent_;
  ResendBudget budget_;
  bool isStarted_ = false;
  PacketIndex cursor_ = 0;   // The next packet to send.
  std::int64_t offset_ = 0;  // Position − index.
  Position first_;
  Position kept_;  // Of the first packet after the last skip: nothing before it can be sent again.
  Position acked_;
  Position droppedTo_;  // Everything before it that was too late is counted.
  std::uint32_t windowPackets_;
  MonoUs behindSinceUs_ = 0;
  MonoUs lastSentUs_ = 0;
  int tailTries_ = 0;
  std::uint32_t pendingAckAck_ = 0;  // 0 = none.
  double capacityMbps_ = 0;
};

}  // namespace sls::direct
