// A connection that plays: its sender, and its place in a stream.
#pragma once

#include <optional>

#include "core/slowness.h"
#include "direct/send/player_sender.h"
#include "direct/shard/connection.h"
#include "direct/stream/stream_view.h"

namespace sls::direct {

class Player final : public Connection {
 public:
  Player(Accepted accepted, const PlayerOptions& options, std::optional<SendKeys> keys, MonoMs nowMs)
      : Connection(std::move(accepted), nowMs), sender(options, std::move(keys), target) {}

  void refresh(MonoMs nowMs) override {
    const PlayerCounters& counters = sender.counters();
    if (counters.packets != lastPackets_) {
      lastPackets_ = counters.packets;
      lastDataWallMs = wallNowMs();
    }
    rate.sample(nowMs, counters.bytes);
  }
  void fill(ConnectionStats& stats) const override;
  std::uint64_t bytes() const override { return sender.counters().bytes; }

  PlayerSender sender;
  StreamView* view = nullptr;  // Owned by the shard; set while attached.
  Slowness slowness;

 private:
  std::uint64_t lastPackets_ = 0;
};

}  // namespace sls::direct
