#include "direct_loopback_publisher.h"

#include <algorithm>
#include <vector>

#include "direct/wire/control.h"
#include "direct_loopback_payload.h"

namespace sls::test {
namespace {

constexpr std::int64_t kMostInFlight = 1000;
// The end of what was sent is sent again when nothing was acknowledged for so long.
constexpr MonoUs kTailUs = 100'000;
constexpr std::int64_t kTailPackets = 16;
constexpr std::int64_t kRttUs = 1000;

}  // namespace

void LoopbackPublisher::onConnected(const Caller& caller) { keys_ = caller.sendKeys(refresh_); }

void LoopbackPublisher::onData(const DataHeader&, Bytes, MonoUs) { fail("a publisher was sent data"); }

void LoopbackPublisher::onControl(const ControlHeader& header, Bytes body, MonoUs nowUs) {
  if (header.type == ControlType::Ack) onAck(header, body, nowUs);
  if (header.type == ControlType::Nak) onNak(body);
  const bool isKeyAnswer = header.type == ControlType::User &&
                           header.subtype == static_cast<std::uint16_t>(ExtensionType::KeyMaterialResponse);
  if (isKeyAnswer && keys_) keys_->onAnswer(body);
}

void LoopbackPublisher::onAck(const ControlHeader& header, Bytes body, MonoUs nowUs) {
  const auto ack = parseAck(body);
  if (!ack) return fail("an ACK without a body");
  const Position position = positionOf(ack->nextSeq, acked_);
  if (position > first_ + sent()) fail("an ACK of what was never sent");
  if (position > acked_) ackedUs_ = nowUs;
  acked_ = std::max(acked_, position);
  if (header.info != 0) sendControl({.type = ControlType::AckAck, .subtype = 0, .info = header.info}, {}, nowUs);
}

void LoopbackPublisher::onNak(Bytes body) {
  NakReader ranges(body);
  while (const auto range = ranges.next()) {
    const Position first = positionOf(range->first, acked_);
    const Position last = positionOf(range->last, acked_);
    if (first < first_ || last >= first_ + sent()) return fail("a NAK of what was never sent");
    for (Position position = first; position <= last; ++position) sendData(position - first_, true);
  }
}

void LoopbackPublisher::onStep(bool isTick, MonoUs nowUs) {
  if (keys_) {
    const Bytes message = keys_->due(first_ + sent(), nowUs, kRttUs);
    const auto subtype = static_cast<std::uint16_t>(ExtensionType::KeyMaterialRequest);
    if (!message.empty()) sendControl({.type = ControlType::User, .subtype = subtype}, message, nowUs);
  }
  if (nowUs >= nextBurstUs_) sendNew(nowUs);
  if (!isTick || acked_ == first_ + sent() || nowUs - ackedUs_ < kTailUs) return;
  ackedUs_ = nowUs;
  const std::int64_t from = std::max(acked_ - first_, sent() - kTailPackets);
  for (std::int64_t number = from; number < sent(); ++number) sendData(number, true);
}

void LoopbackPublisher::sendNew(MonoUs nowUs) {
  nextBurstUs_ = nowUs + intervalUs;
  for (int i = 0; i < burst && sent() < goal && first_ + sent() - acked_ < kMostInFlight; ++i) {
    sentUs_.push_back(nowUs);
    ackedUs_ = nowUs;
    const bool isLost = loseEvery > 0 && sent() % loseEvery == 0;
    if (!isLost) sendData(sent() - 1, false);
  }
}

void LoopbackPublisher::sendData(std::int64_t number, bool isAgain) {
  const MonoUs sentUs = sentUs_[static_cast<std::size_t>(number)];
  const auto payload = LoopbackPayload::make({sender_, number, sentUs});
  std::vector<std::byte> packet(kHeaderBytes + payload.size());
  const MutableBytes room = MutableBytes(packet).subspan(kHeaderBytes);
  DataHeader header;
  header.seq = seqOf(first_ + number);
  header.message = static_cast<std::uint32_t>(number + 1);
  header.isRetransmitted = isAgain;
  header.timestampUs = timestampAt(sentUs);
  header.socketId = settled().peerSocketId;
  if (keys_) {
    header.key = keys_->apply(first_ + number, payload, room);
    if (!isAgain && lastKey_ != KeyFlag::None && header.key != lastKey_) ++keyChanges_;
    if (!isAgain) lastKey_ = header.key;
  } else {
    std::copy(payload.begin(), payload.end(), room.begin());
  }
  write(packet.data(), header);
  if (isAgain) ++resent_;
  sendRaw(packet);
}

}  // namespace sls::test
