#include "direct/stream/stream_view.h"

#include <algorithm>
#include <utility>

namespace sls::direct {
namespace {

// Kept beyond the longest latency: the way there and back, and a player that asks late.
constexpr MonoUs kMarginUs = 1'000'000;
// A stream that was not flushed for this long pauses; nothing is repeated when it has paused for much longer.
constexpr MonoUs kPauseUs = 40'000;
constexpr MonoUs kMostDeferredUs = 5'000;
constexpr MonoUs kMostTailUs = 5'000'000;

}  // namespace

StreamView::StreamView(StreamPtr stream, bool isTimed, std::size_t maxBytes)
    : stream_(std::move(stream)), isTimed_(isTimed), store_(maxBytes) {}

void StreamView::put(PacketIndex index, const StoredPacket& packet, const BlockPtr& block) {
  const bool isFirst = !store_.isStarted();
  if (!store_.put(index, packet, block)) return;
  if (isFirst || store_.tail() > end_) end_ = std::max(end_, store_.tail());
  if (!isTimed_) {
    if (index < end_) late_.push_back(index);
    return;
  }
  shiftUs_ = latencyUs();
}

void StreamView::putGone(IndexRange range) {
  // In time order holes are told when their time has come.
  if (!isTimed_) gone_.push_back(range);
}

void StreamView::settle(PacketIndex index) {
  if (!isTimed_) settled_ = std::max(settled_, index);
}

void StreamView::add(PlayerSender& player) {
  players_.push_back(&player);
  if (store_.isStarted()) player.start(isTimed_ ? end_ : store_.head());
}

void StreamView::remove(PlayerSender& player) { std::erase(players_, &player); }

void StreamView::addTap(TapPtr tap) {
  taps_.emplace_back(std::move(tap));
  noteLatency(static_cast<int>(StreamTap::kHistoryUs / 1000));
}

void StreamView::pumpTaps(MonoUs nowUs) {
  std::erase_if(taps_, [&](StreamTap& tap) { return !tap.pump(playable(), latencyUs(), nowUs); });
}

void StreamView::flush(Egress& egress, MonoUs nowUs) {
  if (!store_.isStarted()) return;
  const PacketIndex start = end_;
  if (isTimed_) {
    release(nowUs);
  } else {
    end_ = store_.head();
  }
  const Playable stream = playable();
  for (PlayerSender* player : players_) {
    if (!player->isStarted()) player->start(start);
    for (const PacketIndex index : late_) player->sendLate(stream, index, egress, nowUs);
    player->pump(stream, egress, nowUs);
    for (const IndexRange range : gone_) player->tellGone(range, egress, nowUs);
    player->sendAckAck(egress, nowUs);
  }
  late_.clear();
  gone_.clear();
  lastFlushUs_ = nowUs;
}

void StreamView::tickFast(Egress& egress, MonoUs nowUs) {
  const MonoUs pausedUs = nowUs - lastFlushUs_;
  if (pausedUs >= kMostDeferredUs) {
    for (PlayerSender* player : players_) player->sendAckAck(egress, nowUs);
  }
  const bool isPaused = pausedUs >= kPauseUs && pausedUs <= kMostTailUs;
  const Playable stream = playable();
  for (PlayerSender* player : players_) {
    // To one that waits for its window nothing new goes either.
    if (isPaused || player->behindSinceUs() != 0) player->checkTail(stream, egress, nowUs);
  }
}

// In time order: everything whose time has come, and past the holes before it.
void StreamView::release(MonoUs nowUs) {
  const MonoUs sentBeforeUs = nowUs - latencyUs();
  PacketIndex next = end_;
  while (next < store_.head()) {
    const StoredPacket* packet = store_.find(next);
    ++next;
    if (packet == nullptr) continue;
    if (packet->originUs > sentBeforeUs) break;
    if (next - 1 > end_) gone_.push_back({end_, next - 2});
    end_ = next;
  }
  settled_ = end_;
}

MonoUs StreamView::nextReleaseUs() const {
  if (!isTimed_) return kNever;
  for (PacketIndex next = end_; next < store_.head(); ++next) {
    const StoredPacket* packet = store_.find(next);
    if (packet != nullptr) return packet->originUs + latencyUs();
  }
  return kNever;
}

void StreamView::trim(MonoUs nowUs) {
  const MonoUs latency = std::max<MonoUs>(latencyUs() * (isTimed_ ? 2 : 1), 0) + mostLatencyMs_ * MonoUs{1000};
  store_.trim(nowUs - latency - kMarginUs);
}

void StreamView::noteLatency(int latencyMs) { mostLatencyMs_ = std::max(mostLatencyMs_, latencyMs); }

}  // namespace sls::direct
