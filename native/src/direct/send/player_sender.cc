#include "direct/send/player_sender.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sls::direct {
namespace {

// However short the latency. libsrt's least drop threshold is 1.02 s from the sending; ours counts from the encoder.
constexpr std::int64_t kLeastUsefulUs = 1'060'000;
// The receiver's acknowledgement interval.
constexpr std::int64_t kAckIntervalUs = 10'000;
constexpr int kMaxTailTries = 5;
// Half of the smallest receive buffer that libsrt's users set.
constexpr PacketIndex kMostGapPackets = 1000;

std::uint64_t averageBytes(const PlayerCounters& counters) {
  return counters.packets == 0 ? 0 : counters.bytes / counters.packets;
}

}  // namespace

PlayerSender::PlayerSender(const PlayerOptions& options, std::optional<SendKeys> keys, Target& target)
    : options_(options),
      keys_(std::move(keys)),
      target_(target),
      budget_(options.maxRexmitPercent),
      first_(firstPosition(options.initialSeq)),
      kept_(first_),
      acked_(first_),
      droppedTo_(first_),
      windowPackets_(std::max(options.flowWindowPackets, std::uint32_t{2})) {}

void PlayerSender::start(PacketIndex index) {
  isStarted_ = true;
  cursor_ = index;
  offset_ = first_ - index;
}

void PlayerSender::pump(const Playable& stream, Egress& egress, MonoUs nowUs) {
  if (!isStarted_) return;
  // It waited for so long that what it needs next is not kept any more: on with what is live.
  if (cursor_ < stream.store.tail() && behindSinceUs_ != 0) skipTo(stream.end, egress, nowUs);
  PacketIndex next = cursor_;
  for (; cursor_ < stream.end; ++cursor_) {
    if (cursor_ >= next) next = passLargeGap(stream);
    if (cursor_ == stream.end) break;
    const Position position = positionOfIndex(cursor_);
    if (position - acked_ >= windowPackets_) {
      if (behindSinceUs_ == 0) behindSinceUs_ = nowUs;
      return;
    }
    const StoredPacket* packet = stream.store.find(cursor_);
    if (packet == nullptr) continue;
    if (packet->bytes > options_.maxPayloadBytes) {
      countDropped(1, packet->bytes);
      continue;
    }
    send(*packet, position, packet->isRetransmitted, stream.shiftUs, egress);
    ++counters_.packets;
    counters_.bytes += packet->bytes;
    budget_.earn(packet->bytes);
    lastSentUs_ = nowUs;
    tailTries_ = 0;
  }
  // One that was skipped forward stays behind until it has acknowledged something.
  if (positionOfIndex(cursor_) - acked_ < windowPackets_) behindSinceUs_ = 0;
}

// A hole that a libsrt receiver could not hold in its buffer is not shown to it: its numbers are left out. Returns
// where to look for the next one.
PacketIndex PlayerSender::passLargeGap(const Playable& stream) {
  PacketIndex next = cursor_;
  while (next < stream.end && stream.store.find(next) == nullptr) ++next;
  if (next - cursor_ >= kMostGapPackets) {
    kept_ = positionOfIndex(cursor_);
    offset_ = kept_ - next;
    cursor_ = next;
  }
  return next + 1;
}

void PlayerSender::sendLate(const Playable& stream, PacketIndex index, Egress& egress, MonoUs nowUs) {
  // What it has acknowledged without having had it, it does not wait for any more.
  if (!isStarted_ || index >= cursor_ || positionOfIndex(index) < std::max(kept_, acked_)) return;
  const StoredPacket* packet = stream.store.find(index);
  if (packet == nullptr || packet->bytes > options_.maxPayloadBytes) return;
  recent_.note(positionOfIndex(index), nowUs, 0);
  send(*packet, positionOfIndex(index), packet->isRetransmitted, stream.shiftUs, egress);
  ++counters_.packets;
  counters_.bytes += packet->bytes;
}

void PlayerSender::tellGone(IndexRange gone, Egress& egress, MonoUs nowUs) {
  if (!isStarted_) return;
  const Position from = std::max(positionOfIndex(gone.first), std::max(kept_, acked_));
  const Position to = std::min(positionOfIndex(gone.last), positionOfIndex(cursor_) - 1);
  if (from <= to) sendDrop(from, to, egress, nowUs);
}

void PlayerSender::onAck(const Ack& ack) {
  const Position next = isStarted_ ? positionOfIndex(cursor_) : first_;
  const Position position = positionOf(ack.nextSeq, next);
  // From the past, or for what was never sent.
  if (position < acked_ || position > next) return;
  if (position > acked_) tailTries_ = 0;
  acked_ = position;
  if (ack.kind == AckKind::Light) return;
  rtt_.adopt(ack.rttUs, ack.rttVarianceUs);
  windowPackets_ = std::max(ack.freePackets, std::uint32_t{2});
  if (ack.kind == AckKind::Full) capacityMbps_ = static_cast<double>(ack.capacityPacketsPerS) * 1500 * 8 / 1e6;
}

void PlayerSender::onNak(NakReader ranges, const Playable& stream, Egress& egress, MonoUs nowUs) {
  if (!isStarted_) return;
  const Position next = positionOfIndex(cursor_);
  // Ascending, and within what is in flight: whatever a NAK says, it costs no more than one walk over that.
  Position from = acked_;
  DropRanges gone;
  while (const auto range = ranges.next()) {
    const Position first = std::max(positionOf(range->first, next), from);
    const Position last = std::min(positionOf(range->last, next), next - 1);
    if (first > last) continue;
    counters_.lost += static_cast<std::uint64_t>(last - first + 1);
    answerRange({first, last}, stream, gone, egress, nowUs);
    from = last + 1;
  }
  for (const PositionRange range : gone.all()) sendDrop(range.first, range.last, egress, nowUs);
}

void PlayerSender::answerRange(PositionRange range, const Playable& stream, DropRanges& gone, Egress& egress,
                               MonoUs nowUs) {
  const std::int64_t usefulUs = this->usefulUs();
  // Whatever lies before what is kept is not looked at one by one.
  const Position keptFrom = std::max(kept_, positionOfIndex(stream.store.tail()));
  Position goneFrom = range.first < keptFrom ? range.first : 0;
  if (range.first < keptFrom) countTooLate({range.first, std::min(range.last, keptFrom - 1)});
  const auto endGone = [&](Position end) {
    if (goneFrom != 0) gone.add({goneFrom, end - 1});
    goneFrom = 0;
  };
  for (Position position = std::max(range.first, keptFrom); position <= range.last; ++position) {
    const PacketIndex index = indexOf(position);
    const StoredPacket* packet = stream.store.find(index);
    const bool isTooLate = packet != nullptr && nowUs - packet->originUs - stream.shiftUs > usefulUs;
    // A hole that may still be filled is answered when it is.
    const bool isTooLarge = packet != nullptr && packet->bytes > options_.maxPayloadBytes;
    const bool isGone = isTooLate || isTooLarge || (packet == nullptr && index < stream.settled);
    if (!isGone) {
      endGone(position);
      if (packet != nullptr) resend(*packet, position, stream, egress, nowUs);
    } else if (goneFrom == 0) {
      goneFrom = position;
    }
    if (isTooLate) countTooLate({position, position});
  }
  endGone(range.last + 1);
}

bool PlayerSender::resend(const StoredPacket& packet, Position position, const Playable& stream, Egress& egress,
                          MonoUs nowUs) {
  const std::int64_t withinUs = std::max<std::int64_t>(rtt_.us() - rtt_.varianceUs(), kAckIntervalUs / 2);
  if (!recent_.note(position, nowUs, withinUs)) return true;
  if (!budget_.spend(packet.bytes)) return false;
  send(packet, position, true, stream.shiftUs, egress);
  ++counters_.retransmitted;
  return true;
}

void PlayerSender::onKeyAnswer(Bytes message) {
  if (keys_) keys_->onAnswer(message);
}

Bytes PlayerSender::dueKeyMessage(MonoUs nowUs) {
  if (!keys_ || !isStarted_) return {};
  return keys_->due(positionOfIndex(cursor_), nowUs, rtt_.us());
}

void PlayerSender::checkTail(const Playable& stream, Egress& egress, MonoUs nowUs) {
  if (!isStarted_) return;
  const Position next = positionOfIndex(cursor_);
  if (acked_ == next || tailTries_ >= kMaxTailTries || nowUs - lastSentUs_ < tailTimeoutUs()) return;
  const StoredPacket* last = stream.store.find(cursor_ - 1);
  ++tailTries_;
  lastSentUs_ = nowUs;
  // Skipped: what the cursor's predecessor is now has never had this number.
  if (next == kept_) {
    sendDrop(acked_, next - 1, egress, nowUs);
    return;
  }
  if (last == nullptr || last->bytes > options_.maxPayloadBytes) return;
  resend(*last, next - 1, stream, egress, nowUs);
}

// How old a packet may be to be sent again. Longer than the latency: as long as the player has played nothing newer, it
// plays it, late. So after a blackout less is missing.
std::int64_t PlayerSender::usefulUs() const {
  return std::max(options_.latencyMs * std::int64_t{1000} + rtt_.us(), kLeastUsefulUs);
}

std::int64_t PlayerSender::tailTimeoutUs() const {
  return (rtt_.us() + 4 * rtt_.varianceUs() + 2 * kAckIntervalUs) << tailTries_;
}

void PlayerSender::send(const StoredPacket& packet, Position position, bool isAgain, MonoUs shiftUs, Egress& egress) {
  DataHeader header;
  header.seq = seqOf(position);
  header.message = messageNumberOf(position - first_);
  header.isRetransmitted = isAgain;
  header.timestampUs = static_cast<std::uint32_t>(packet.originUs + shiftUs - options_.startUs);
  header.socketId = options_.peerSocketId;
  Bytes payload = packet.view();
  if (keys_) {
    const MutableBytes room = egress.scratch(payload.size());
    header.key = keys_->apply(position, payload, room);
    payload = room;
  }
  egress.add(target_, header, payload);
  counters_.wireBytes += packet.bytes + kCountedHeaderBytes;
}

void PlayerSender::sendDrop(Position first, Position last, Egress& egress, MonoUs nowUs) {
  std::array<std::byte, kDropRequestBytes> body{};
  writeDropRequest(body, {seqOf(first), seqOf(last)});
  sendControl({.type = ControlType::DropRequest}, body, egress, nowUs);
}

void PlayerSender::sendAckAck(Egress& egress, MonoUs nowUs) {
  if (pendingAckAck_ == 0) return;
  constexpr std::array<std::byte, 4> kNothing{};
  sendControl({.type = ControlType::AckAck, .subtype = 0, .info = std::exchange(pendingAckAck_, 0)}, kNothing, egress,
              nowUs);
}

void PlayerSender::sendControl(ControlHeader header, Bytes body, Egress& egress, MonoUs nowUs) {
  std::array<std::byte, kHeaderBytes + kDropRequestBytes> packet{};
  header.timestampUs = static_cast<std::uint32_t>(nowUs - options_.startUs);
  header.socketId = options_.peerSocketId;
  write(packet.data(), header);
  std::ranges::copy(body, packet.begin() + kHeaderBytes);
  egress.addCopy(target_, Bytes(packet).first(kHeaderBytes + body.size()));
}

void PlayerSender::countDropped(std::uint64_t packets, std::uint64_t payloadBytes) {
  counters_.dropped += packets;
  counters_.droppedBytes += payloadBytes + packets * kCountedHeaderBytes;
}

void PlayerSender::countTooLate(PositionRange range) {
  const Position first = std::max(range.first, droppedTo_);
  if (first > range.last) return;
  droppedTo_ = range.last + 1;
  const auto packets = static_cast<std::uint64_t>(range.last - first + 1);
  countDropped(packets, packets * averageBytes(counters_));
}

void PlayerSender::skipTo(PacketIndex index, Egress& egress, MonoUs nowUs) {
  ++counters_.overruns;
  const auto packets = static_cast<std::uint64_t>(index - cursor_);
  countDropped(packets, packets * averageBytes(counters_));
  // The numbers go on without a gap: a libsrt receiver ends the connection when a packet is beyond its buffer.
  kept_ = positionOfIndex(cursor_);
  offset_ = kept_ - index;
  cursor_ = index;
  if (acked_ < kept_) sendDrop(acked_, kept_ - 1, egress, nowUs);
}

}  // namespace sls::direct
