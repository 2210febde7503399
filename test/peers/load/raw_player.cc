#include "load/raw_player.h"

#include "common/message.h"

namespace peers {
namespace {

constexpr std::int64_t kHandshakeRepeatUs = 250'000;
constexpr std::int64_t kAckIntervalUs = 10'000;
constexpr std::int64_t kNakIntervalUs = 20'000;
constexpr std::int64_t kKeepaliveIntervalUs = 1'000'000;
constexpr std::size_t kHandshakeBytes = 64;
constexpr std::uint32_t kLeastRejectType = 1000;
constexpr std::uint32_t kMostRejectType = 4000;
// Every sixteenth message is enough for a p99 and costs nothing.
constexpr std::uint64_t kDelaySampleMask = 15;

}  // namespace

RawPlayer::RawPlayer(const RawPlayerSettings& settings, std::uint32_t socketId, std::uint32_t initialSequence)
    : settings_(settings), socket_(settings.relay), socketId_(socketId), initialSequence_(initialSequence) {}

wire::ControlHeader RawPlayer::header(std::int64_t nowUs) const {
  return {static_cast<std::uint32_t>(nowUs - startedAtUs_), peerSocketId_};
}

void RawPlayer::connect(std::int64_t nowUs) {
  startedAtUs_ = nowUs;
  state_ = State::Induction;
  sendHandshake(nowUs);
}

void RawPlayer::disconnect(std::int64_t nowUs) {
  if (state_ == State::Connected) socket_.send(wire::shutdown(header(nowUs)));
}

void RawPlayer::sendHandshake(std::int64_t nowUs) {
  handshakeAtUs_ = nowUs;
  if (state_ == State::Induction) {
    socket_.send(wire::induction(header(nowUs), {wire::kHandshakeInduction, initialSequence_, socketId_, 0}));
  } else {
    const wire::Handshake handshake{wire::kHandshakeConclusion, initialSequence_, socketId_, cookie_};
    socket_.send(wire::conclusion(header(nowUs), handshake, settings_.latencyMs, settings_.streamId));
  }
}

void RawPlayer::take(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs) {
  if (datagram.size() < wire::kHeaderBytes) return;
  if (wire::isControl(datagram)) {
    takeControl(datagram, arrivedUs);
  } else if (state_ == State::Connected) {
    takeData(datagram, arrivedUs);
  }
}

void RawPlayer::takeControl(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs) {
  switch (wire::controlType(datagram)) {
    case wire::ControlType::Handshake:
      if (datagram.size() >= kHandshakeBytes) takeHandshake(datagram, arrivedUs);
      break;
    case wire::ControlType::AckAck:
      takeAckAck(wire::wordAt(datagram, 1), arrivedUs);
      break;
    case wire::ControlType::DropRequest:
      if (datagram.size() >= wire::kHeaderBytes + 8) losses_.removeUpTo(wire::wordAt(datagram, 5));
      break;
    case wire::ControlType::Shutdown:
      if (state_ == State::Connected) state_ = State::Broken;
      break;
    default:
      break;
  }
}

void RawPlayer::takeHandshake(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs) {
  const wire::Handshake answer = wire::readHandshake(datagram);
  if (state_ == State::Induction && answer.type == wire::kHandshakeInduction) {
    cookie_ = answer.cookie;
    state_ = State::Conclusion;
    sendHandshake(arrivedUs);
  } else if (state_ == State::Conclusion && answer.type == wire::kHandshakeConclusion) {
    peerSocketId_ = answer.socketId;
    nextSequence_ = answer.initialSequence;
    connectedAtUs_ = ackAtUs_ = keepaliveAtUs_ = arrivedUs;
    state_ = State::Connected;
  } else if (state_ == State::Conclusion && answer.type >= kLeastRejectType && answer.type < kMostRejectType) {
    rejectCode_ = answer.type - kLeastRejectType;
    state_ = State::Refused;
  }
}

void RawPlayer::takeAckAck(std::uint32_t number, std::int64_t arrivedUs) {
  const auto found = acksUnderWay_.find(number);
  if (found == acksUnderWay_.end()) return;
  rttUs_ = (rttUs_ * 7 + static_cast<std::uint32_t>(arrivedUs - found->second)) / 8;
  acksUnderWay_.erase(acksUnderWay_.begin(), std::next(found));
}

void RawPlayer::takeData(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs) {
  if (wire::isRetransmitted(datagram)) retransmitted_++;
  followSequence(wire::wordAt(datagram, 0), arrivedUs);
  takeMessage(datagram.subspan(wire::kHeaderBytes), arrivedUs);
}

void RawPlayer::takeMessage(std::span<const std::uint8_t> message, std::int64_t arrivedUs) {
  const std::optional<MessageHeader> content = peekMessage(message);
  if (!content) return;
  if (firstDataAtUs_ == 0) firstDataAtUs_ = arrivedUs;
  window_.mark(content->sequence);
  if ((content->sequence & kDelaySampleMask) == 0) delays_.add(arrivedUs - content->sentAtUs);
}

void RawPlayer::followSequence(std::uint32_t sequence, std::int64_t arrivedUs) {
  const std::int32_t distance = wire::sequenceDistance(sequence, nextSequence_);
  if (distance < 0) {
    losses_.remove(sequence);
    return;
  }
  if (distance > 0) {
    const std::uint32_t last = (sequence - 1) & wire::kSequenceMask;
    losses_.add(nextSequence_, last, arrivedUs);
    sendNak(nextSequence_, last, arrivedUs);
  }
  nextSequence_ = (sequence + 1) & wire::kSequenceMask;
}

void RawPlayer::sendNak(std::uint32_t first, std::uint32_t last, std::int64_t nowUs) {
  lossReports_++;
  socket_.send(wire::nak(header(nowUs), first, last));
}

void RawPlayer::sendAck(std::int64_t nowUs) {
  ackAtUs_ = nowUs;
  acksUnderWay_[++ackNumber_] = nowUs;
  constexpr std::size_t kMostAcksUnderWay = 64;
  if (acksUnderWay_.size() > kMostAcksUnderWay) acksUnderWay_.erase(acksUnderWay_.begin());
  socket_.send(wire::ack(header(nowUs), {ackNumber_, losses_.first().value_or(nextSequence_), rttUs_}));
}

void RawPlayer::tick(std::int64_t nowUs) {
  if (state_ == State::Induction || state_ == State::Conclusion) {
    if (nowUs - handshakeAtUs_ >= kHandshakeRepeatUs) sendHandshake(nowUs);
    return;
  }
  if (state_ != State::Connected || nowUs - ackAtUs_ < kAckIntervalUs) return;
  losses_.giveUpOlderThan(nowUs - settings_.latencyMs * 1000LL);
  for (const LossList::Range& range : losses_.due(nowUs - kNakIntervalUs, nowUs)) {
    sendNak(range.first, range.last, nowUs);
  }
  sendAck(nowUs);
  if (nowUs - keepaliveAtUs_ >= kKeepaliveIntervalUs) {
    keepaliveAtUs_ = nowUs;
    socket_.send(wire::keepalive(header(nowUs)));
  }
}

void RawPlayer::openWindow(std::uint64_t firstSequence, std::size_t mostMessages) {
  window_.open(firstSequence, mostMessages);
  delays_ = Percentiles(1 << 16);
}

}  // namespace peers
