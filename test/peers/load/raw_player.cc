#include "load/raw_player.h"

#include "common/message.h"

namespace peers {
namespace {

constexpr std::int64_t kHandshakeRepeatUs = 250'000;
// The sweep that calls tick() comes each 10 ms, a little early at times.
constexpr std::int64_t kAckIntervalUs = 9'000;
constexpr std::uint32_t kLightAckPackets = 64;
constexpr std::int64_t kNakIntervalUs = 20'000;
constexpr std::int64_t kKeepaliveIntervalUs = 1'000'000;
constexpr std::size_t kHandshakeBytes = 64;
constexpr std::uint32_t kLeastRejectType = 1000;
constexpr std::uint32_t kMostRejectType = 4000;
// Every sixteenth message is enough for a p99 and costs nothing.
constexpr std::uint64_t kDelaySampleMask = 15;

}  // namespace

RawPlayer::RawPlayer(const RawPlayerSettings& settings, std::uint32_t socketId, std::uint32_t initialSequence)
    : settings_(settings),
      socket_(settings.relay, settings.takesTrains),
      socketId_(socketId),
      initialSequence_(initialSequence) {
  if (!settings.passphrase.empty()) key_.emplace(settings.passphrase, settings.keyBytes);
}

wire::ControlHeader RawPlayer::header(std::int64_t nowUs) const {
  return {static_cast<std::uint32_t>(nowUs - startedAtUs_), peerSocketId_};
}

void RawPlayer::connect(std::int64_t nowUs) {
  startedAtUs_ = nowUs;
  state_ = State::Induction;
  sendHandshake(nowUs);
}

void RawPlayer::disconnect(std::int64_t nowUs) {
  if (state_ == State::Connected) send(wire::shutdown(header(nowUs)), nowUs);
}

void RawPlayer::sendHandshake(std::int64_t nowUs) {
  handshakeAtUs_ = nowUs;
  if (state_ == State::Induction) {
    send(wire::induction(header(nowUs), {wire::kHandshakeInduction, initialSequence_, socketId_, 0}), nowUs);
  } else {
    const wire::Handshake handshake{wire::kHandshakeConclusion, initialSequence_, socketId_, cookie_};
    wire::Request request{settings_.latencyMs, settings_.streamId, {}, settings_.keyBytes};
    if (key_) request.keyMaterial = key_->message();
    send(wire::conclusion(header(nowUs), handshake, request), nowUs);
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
    case wire::ControlType::AckAck: takeAckAck(wire::wordAt(datagram, 1), arrivedUs); break;
    case wire::ControlType::DropRequest:
      if (datagram.size() >= wire::kHeaderBytes + 8) losses_.removeUpTo(wire::wordAt(datagram, 5));
      break;
    case wire::ControlType::Shutdown:
      if (state_ == State::Connected) state_ = State::Broken;
      break;
    default: break;
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
    nextSequence_ = ackedSequence_ = confirmedSequence_ = answer.initialSequence;
    connectedAtUs_ = ackAtUs_ = arrivedUs;
    state_ = State::Connected;
  } else if (state_ == State::Conclusion && answer.type >= kLeastRejectType && answer.type < kMostRejectType) {
    rejectCode_ = answer.type - kLeastRejectType;
    state_ = State::Refused;
  }
}

void RawPlayer::takeAckAck(std::uint32_t number, std::int64_t arrivedUs) {
  AckUnderWay& ack = acksUnderWay_[number % acksUnderWay_.size()];
  if (number == 0 || ack.number != number) return;
  ack.number = 0;
  confirmedSequence_ = ack.nextSequence;
  const auto sampleUs = static_cast<std::uint32_t>(arrivedUs - ack.sentAtUs);
  const std::uint32_t changeUs = sampleUs > rttUs_ ? sampleUs - rttUs_ : rttUs_ - sampleUs;
  rttVarUs_ = (rttVarUs_ * 3 + changeUs) / 4;
  rttUs_ = (rttUs_ * 7 + sampleUs) / 8;
}

void RawPlayer::takeData(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs) {
  if (wire::isRetransmitted(datagram)) retransmitted_++;
  followSequence(wire::wordAt(datagram, 0), arrivedUs);
  takeMessage(datagram, arrivedUs);
  if (++packetsSinceAck_ % kLightAckPackets == 0) send(wire::lightAck(header(arrivedUs), firstMissing()), arrivedUs);
}

void RawPlayer::takeMessage(std::span<const std::uint8_t> datagram, std::int64_t arrivedUs) {
  std::span<const std::uint8_t> message = datagram.subspan(wire::kHeaderBytes);
  if (wire::isEncrypted(datagram)) {
    if (!key_ || message.size() < StreamKey::kHeadBytes) return;
    message = key_->decryptHead(wire::wordAt(datagram, 0), message);
  } else if (key_) {
    return;
  }
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
    const wire::SequenceRange gap{nextSequence_, last};
    sendNak({&gap, 1}, arrivedUs);
  }
  nextSequence_ = (sequence + 1) & wire::kSequenceMask;
}

void RawPlayer::send(const wire::Datagram& datagram, std::int64_t nowUs) {
  sentAtUs_ = nowUs;
  socket_.send(datagram);
}

void RawPlayer::sendNak(std::span<const wire::SequenceRange> ranges, std::int64_t nowUs) {
  lossReports_++;
  send(wire::nak(header(nowUs), ranges), nowUs);
}

void RawPlayer::sendAck(std::int64_t nowUs) {
  const std::uint32_t next = firstMissing();
  if (next == confirmedSequence_) return;
  // The same again only when its confirmation is overdue.
  if (next == ackedSequence_ && nowUs - ackAtUs_ < rttUs_ + 4 * rttVarUs_) return;
  ackAtUs_ = nowUs;
  ackedSequence_ = next;
  packetsSinceAck_ = 0;
  ackNumber_++;
  acksUnderWay_[ackNumber_ % acksUnderWay_.size()] = {ackNumber_, next, nowUs};
  send(wire::ack(header(nowUs), {ackNumber_, next, rttUs_, rttVarUs_}), nowUs);
}

void RawPlayer::tick(std::int64_t nowUs) {
  if (state_ == State::Induction || state_ == State::Conclusion) {
    if (nowUs - handshakeAtUs_ >= kHandshakeRepeatUs) sendHandshake(nowUs);
    return;
  }
  if (state_ != State::Connected || nowUs - ackAtUs_ < kAckIntervalUs) return;
  losses_.giveUpOlderThan(nowUs - settings_.latencyMs * 1000LL);
  const std::vector<wire::SequenceRange> due = losses_.due(nowUs - kNakIntervalUs, nowUs);
  if (!due.empty()) sendNak(due, nowUs);
  sendAck(nowUs);
  if (nowUs - sentAtUs_ >= kKeepaliveIntervalUs) send(wire::keepalive(header(nowUs)), nowUs);
}

void RawPlayer::openWindow(std::uint64_t firstSequence, std::size_t mostMessages) {
  window_.open(firstSequence, mostMessages);
  delays_ = Percentiles(1 << 16);
}

}  // namespace peers
