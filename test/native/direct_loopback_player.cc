#include "direct_loopback_player.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace sls::test {
namespace {

// A wrong mapping of timestamps is out by more than this: they are clamped at a second and the latency ahead, at ten
// seconds and the latency behind. A right one is out by as long as a handshake's packet waited.
constexpr MonoUs kMostShiftUs = 3'500'000;

}  // namespace

void LoopbackPlayer::onConnected(const Caller& caller) {
  keys_ = caller.receiveKeys();
  ReceiverOptions options;
  options.initialSeq = options_.initialSeq;
  options.latencyMs = caller.settled().latencies.receiveMs;
  options.startUs = caller.settled().arrivedUs;
  options.startTimestampUs = caller.settled().timestampUs;
  receiver_.emplace(options);
}

void LoopbackPlayer::onData(const DataHeader& header, Bytes payload, MonoUs nowUs) {
  ++dataPackets_;
  nowUs_ = nowUs;
  if (header.message == 0) fail("a packet without a message number");
  if (header.boundary != 3) fail("a part of a message");
  if (keys_.has_value() != (header.key != KeyFlag::None)) return fail("encryption is not as settled");
  const bool isLost = loseEvery > 0 && static_cast<std::int64_t>(dataPackets_) % loseEvery == 0;
  if (header.isRetransmitted ? isDeaf : isLost) {
    ++lostCount_;
    return;
  }
  std::vector<std::byte> plain(payload.begin(), payload.end());
  if (keys_ && !keys_->has(header.key)) return fail("no key for a packet");
  if (keys_) keys_->apply(header.key, header.seq, payload, plain);
  const auto label = LoopbackPayload::read(plain);
  if (!label) return fail("a payload that nobody has sent");
  note(*label, receiver_->onData(header, payload.size(), nowUs, *this));
}

void LoopbackPlayer::note(const LoopbackPayload::Label& label, const Received& received) {
  const std::int64_t offset = received.position - label.number;
  auto [found, isNew] = heard_.try_emplace(label.sender, Heard{label.number, label.number, 0, offset});
  Heard& heard = found->second;
  if (mayLeaveOut && offset < heard.offset && label.number > heard.last) heard.offset = offset;
  // One that was sent before the relay left numbers out may still come behind those after it.
  const bool isOld = mayLeaveOut && offset > heard.offset && label.number < heard.last;
  if (heard.offset != offset && !isOld) fail("a payload under another packet's sequence number");
  if (received.arrival != Arrival::Next && received.arrival != Arrival::Recovered) return;
  if (std::abs(received.originUs - label.sentUs) > kMostShiftUs) fail("a timestamp far from the publisher's");
  if (isOrdered && !isNew && label.number < heard.last && lostCount_ == 0) fail("a packet out of order");
  heard.first = std::min(heard.first, label.number);
  heard.last = std::max(heard.last, label.number);
  ++heard.count;
}

void LoopbackPlayer::onControl(const ControlHeader& header, Bytes body, MonoUs nowUs) {
  nowUs_ = nowUs;
  if (header.type == ControlType::AckAck) receiver_->onAckAck(header.info, header.timestampUs, nowUs);
  if (header.type == ControlType::DropRequest) {
    const auto range = parseDropRequest(body);
    if (!range) return fail("a drop request that ends before it begins");
    receiver_->onDropRequest(*range, nowUs, *this);
  }
}

void LoopbackPlayer::onStep(bool isTick, MonoUs nowUs) {
  nowUs_ = nowUs;
  if (isTick) receiver_->tick(nowUs, *this);
}

void LoopbackPlayer::sendAck(std::uint32_t ackNumber, const Ack& ack) {
  if (!isAcknowledging) return;
  std::array<std::byte, kAckBytes> body;
  const std::size_t size = writeAck(body, ack);
  sendControl({.type = ControlType::Ack, .subtype = 0, .info = ackNumber}, Bytes(body).first(size), nowUs_);
}

void LoopbackPlayer::sendNak(std::span<const SeqRange> ranges) {
  if (!isAcknowledging) return;
  std::array<std::byte, 1440> body;
  std::size_t taken = 0;
  const std::size_t size = writeNak(body, ranges, taken);
  sendControl({.type = ControlType::Nak}, Bytes(body).first(size), nowUs_);
}

void LoopbackPlayer::givenUp(PositionRange range) { givenUpCount_ += range.last - range.first + 1; }

std::string LoopbackPlayer::progress() const {
  std::string text = std::to_string(givenUpCount_) + " given up";
  for (const auto& [sender, heard] : heard_) {
    text += ", " + std::to_string(heard.count) + " of " + std::to_string(sender) + " (" + std::to_string(heard.first) +
            " to " + std::to_string(heard.last) + ")";
  }
  return text;
}

std::int64_t LoopbackPlayer::count(std::uint64_t sender) const {
  const auto found = heard_.find(sender);
  return found == heard_.end() ? 0 : found->second.count;
}

bool LoopbackPlayer::hasAllUpTo(std::uint64_t sender, std::int64_t last) const {
  const auto found = heard_.find(sender);
  return found != heard_.end() && found->second.last == last && found->second.count == last - found->second.first + 1;
}

bool LoopbackPlayer::hasAll(std::uint64_t sender, std::int64_t total) const {
  return hasAllUpTo(sender, total - 1) && count(sender) == total;
}

}  // namespace sls::test
