#include "direct/receive/receiver.h"

#include <algorithm>

namespace sls::direct {

namespace {

constexpr std::int64_t kMaxRttUs = 10'000'000;  // A peer is given up long before.
constexpr std::uint32_t kMaxWindowPackets = 1U << 20U;
constexpr std::int64_t kNewStartAfterUs = 1'000'000;
constexpr Position kMaxNewStartPackets = 1 << 20;

}  // namespace

Receiver::Receiver(const ReceiverOptions& options)
    : latencyUs_(std::int64_t{options.latencyMs} * 1000),
      isPeriodicNak_(options.isPeriodicNak),
      windowPackets_(std::clamp<std::uint32_t>(options.windowPackets, 1, kMaxWindowPackets)),
      end_(firstPosition(options.initialSeq)),
      lastAcceptedUs_(options.startUs),
      arrived_(static_cast<std::uint32_t>(windowPackets_), end_),
      tolerance_(static_cast<std::uint32_t>(std::max(options.lossMaxTtlPackets, 0))),
      timeBase_(options.startUs, options.startTimestampUs, options.latencyMs),
      rate_(options.startUs),
      acked_(end_),
      confirmed_(end_),
      told_(end_) {}

Position Receiver::firstMissing() const { return losses_.isEmpty() ? end_ : losses_.front().first; }

double Receiver::capacityMbps() const {
  return static_cast<double>(rate_.capacityPacketsPerS()) * ArrivalRate::kFullPacketBytes * 8 / 1e6;
}

Received Receiver::onData(const DataHeader& header, std::size_t payloadBytes, MonoUs nowUs, ReceiverSink& sink) {
  Received received;
  received.position = positionOf(header.seq, end_);
  received.originUs = timeBase_.originOf(header.timestampUs, nowUs);
  received.arrival = classify(header, received.position, received.originUs, nowUs, sink);
  count(received.arrival, header, payloadBytes);
  rate_.onPacket(received.position, header.isRetransmitted, payloadBytes + kCountedHeaderBytes, nowUs);
  if (received.arrival == Arrival::OutOfWindow) return received;

  if (losses_.hasPatient()) {
    NakList naks;
    losses_.losePatience(nowUs, naks);
    if (!naks.ranges().empty()) sink.sendNak(naks.ranges());
  }
  ++sinceAck_;
  acknowledgeLightly(sink);
  return received;
}

Arrival Receiver::classify(const DataHeader& header, Position position, MonoUs originUs, MonoUs nowUs,
                           ReceiverSink& sink) {
  if (arrived_.contains(position)) return Arrival::Duplicate;
  if (position < firstMissing()) return Arrival::Belated;
  if (position >= firstMissing() + windowPackets_) {
    if (!isNewStart(position, nowUs)) return Arrival::OutOfWindow;
    startAnew(position, sink);
  }
  if (position < end_) {
    // Given up in front of an older hole, by a drop request.
    if (!losses_.fill(position, originUs)) return Arrival::Belated;
    fillAt(header, position);
    boundLosses(sink);
    lastAcceptedUs_ = nowUs;
    return Arrival::Recovered;
  }
  appendAt(position, originUs, nowUs);
  boundLosses(sink);
  lastAcceptedUs_ = nowUs;
  return Arrival::Next;
}

void Receiver::appendAt(Position position, MonoUs originUs, MonoUs nowUs) {
  if (position == end_) {
    tolerance_.onInOrder();
  } else {
    Loss loss;
    loss.first = end_;
    loss.packets = static_cast<std::uint32_t>(position - end_);
    loss.nextOriginUs = originUs;
    loss.sinceUs = nowUs;
    // The packet that shows the gap takes one off at once.
    loss.patiencePackets = tolerance_.packets() + 1;
    losses_.append(loss);
    counters_.lost += loss.packets;
  }
  end_ = position + 1;
  arrived_.extend(end_);
  arrived_.add(position);
}

void Receiver::fillAt(const DataHeader& header, Position position) {
  arrived_.add(position);
  if (!header.isRetransmitted) tolerance_.onReordered(end_ - 1 - position);
}

// The publisher has thrown away more than a window of packets, as it may after an outage on a fast stream. Nothing in
// the old window can be in time any more, so the session goes on from here instead of being stuck.
bool Receiver::isNewStart(Position position, MonoUs nowUs) const {
  return nowUs - lastAcceptedUs_ >= latencyUs_ + kNewStartAfterUs && position - end_ <= kMaxNewStartPackets;
}

void Receiver::count(Arrival arrival, const DataHeader& header, std::size_t payloadBytes) {
  ++counters_.wirePackets;
  counters_.wireBytes += payloadBytes + kCountedHeaderBytes;
  if (header.isRetransmitted) ++counters_.retransmitted;
  switch (arrival) {
    case Arrival::Next:
    case Arrival::Recovered:
      ++counters_.packets;
      counters_.bytes += payloadBytes;
      break;
    case Arrival::Duplicate: ++counters_.duplicates; break;
    case Arrival::Belated: ++counters_.belated; break;
    case Arrival::OutOfWindow: break;
  }
}

void Receiver::onDropRequest(SeqRange range, MonoUs nowUs, ReceiverSink& sink) {
  const std::int64_t distance = (range.last - range.first) & kSeqMask;
  if (distance >= kSeqCount / 2) return;  // It ends before it begins.
  const Position first = positionOf(range.first, end_);
  const Position last = std::min(first + distance, firstMissing() + windowPackets_ - 1);
  if (last < first) return;
  losses_.remove({first, last}, [&](PositionRange part) { giveUp(part, sink); });
  boundLosses(sink);
  // What lies between the end and a range further on may still come.
  if (first <= end_ && last >= end_) {
    giveUpBehindEnd(last, sink);
    lastAcceptedUs_ = nowUs;
  }
}

void Receiver::onAckAck(std::uint32_t ackNumber, std::uint32_t timestampUs, MonoUs nowUs) {
  const auto ack = acks_.take(ackNumber);
  if (!ack || ack->sentUs > nowUs) return;
  confirmed_ = std::max(confirmed_, ack->position);
  const std::int64_t rttUs = nowUs - ack->sentUs;
  if (rttUs > kMaxRttUs) return;
  rtt_.sample(rttUs);
  timeBase_.sample(timestampUs, rttUs, nowUs);
}

void Receiver::tick(MonoUs nowUs, ReceiverSink& sink) {
  giveUpTooLate(nowUs, sink);
  rate_.update(nowUs);
  acknowledge(nowUs, sink);
  askAgain(nowUs, sink);
}

}  // namespace sls::direct
