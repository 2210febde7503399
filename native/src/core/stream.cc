#include "core/stream.h"

#include <algorithm>
#include <utility>

namespace sls {
namespace {

constexpr double kTapHistoryMs = 2000;

}  // namespace

Stream::Stream(std::string key, std::size_t ringBytes, LiveStreams& registry)
    : key_(std::move(key)), registry_(registry), live_(registry.add(key_)), ring_(ringBytes) {}

Stream::~Stream() { registry_.remove(key_); }

bool Stream::attachPublisher(Session& publisher, MonoMs nowMs) {
  if (publisher_ != nullptr) {
    if (live_->isHeld(nowMs)) return false;
    retiring_.push_back(publisher_);
  }
  publisher_ = &publisher;
  notePolicy();
  live_->lastArrivalMs = nowMs;
  live_->hasPublisher = true;
  return true;
}

void Stream::attachPlayer(Session& player) {
  player.cursor = ring_.head();
  players_.push_back(&player);
}

void Stream::attachTap(TapPtr tap) {
  const double rateKbps = publisher_ == nullptr ? 0 : publisher_->rate.kbps();
  const auto bytes = static_cast<std::uint64_t>(rateKbps * kTapHistoryMs / 8);
  taps_.emplace_back(std::move(tap), ring_.numberBack(bytes));
}

void Stream::pumpTaps() {
  std::erase_if(taps_, [this](RingTap& tap) { return !tap.pump(ring_); });
}

void Stream::detach(Session& session, MonoMs nowMs) {
  std::erase(players_, &session);
  std::erase(retiring_, &session);
  if (publisher_ != &session) return;
  if (!retiring_.empty()) {
    // The newcomer went before its first message: the one it was to replace is the publisher again.
    publisher_ = retiring_.back();
    retiring_.pop_back();
    notePolicy();
    return;
  }
  publisher_ = nullptr;
  live_->hasPublisher = false;
  lingerUntilMs_ = nowMs + session.policy().lingerMs;
}

std::vector<Session*> Stream::commit(const Session& from, std::size_t bytes) {
  ring_.commit(bytes);
  if (&from != publisher_ || retiring_.empty()) return {};
  return std::exchange(retiring_, {});
}

void Stream::pump(MonoMs nowMs, std::vector<Session*>& blocked) {
  for (Session* player : players_) {
    if (!player->isBlocked && !pumpOne(*player, nowMs)) blocked.push_back(player);
  }
}

bool Stream::pumpOne(Session& player, MonoMs nowMs) {
  player.isBlocked = false;
  while (player.cursor < ring_.head()) {
    const auto message = ring_.read(player.cursor);
    if (!message) {
      // Lapped: what it missed is gone, so it goes on with live data instead of with torn data.
      ++player.counters.ringOverruns;
      player.cursor = ring_.head();
      break;
    }
    switch (player.send(*message)) {
      case SendResult::Blocked:
        player.isBlocked = true;
        if (player.behindSinceMs == 0) player.behindSinceMs = nowMs;
        return false;
      case SendResult::Sent:
        player.counters.bytes += message->size();
        ++player.counters.packets;
        break;
      case SendResult::Refused: ++player.counters.packetsRefused; break;
    }
    ++player.cursor;
  }
  player.behindSinceMs = 0;
  return true;
}

void Stream::noteArrival(const Session& publisher, MonoMs atMs) {
  if (&publisher == publisher_) live_->lastArrivalMs = atMs;
}

void Stream::notePolicy() {
  if (publisher_ != nullptr) live_->takeoverAfterMs = publisher_->policy().takeoverAfterMs;
}

bool Stream::isOver(MonoMs nowMs) const {
  return publisher_ == nullptr && retiring_.empty() && nowMs >= lingerUntilMs_;
}

}  // namespace sls
