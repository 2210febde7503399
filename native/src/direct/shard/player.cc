#include "direct/shard/player.h"

namespace sls::direct {

void Player::fill(ConnectionStats& stats) const {
  const PlayerCounters& counters = sender.counters();
  stats.rttMs = static_cast<double>(sender.rtt().us()) / 1000.0;
  stats.bandwidthMbps = sender.capacityMbps();
  stats.packets = counters.packets;
  stats.wireBytes = counters.wireBytes;
  stats.packetsLost = counters.lost;
  stats.packetsDropped = counters.dropped;
  stats.bytesDropped = counters.droppedBytes;
  stats.packetsRetransmitted = counters.retransmitted;
  stats.ringOverruns = counters.overruns;
  if (view == nullptr || !sender.isStarted()) return;
  const Playable playable = view->playable();
  const PacketStore& store = playable.store;
  // In time order what is not due yet waits for its time, not for the player.
  stats.ringBacklogBytes = store.bytesFrom(sender.cursor()) - store.bytesFrom(playable.end);
  // What is sent and not acknowledged, in the stream's own time.
  const StoredPacket* oldest = store.find(sender.acknowledged());
  const StoredPacket* newest = store.find(sender.cursor() - 1);
  if (oldest != nullptr && newest != nullptr && newest->originUs > oldest->originUs) {
    stats.bufferMs = static_cast<int>((newest->originUs - oldest->originUs) / 1000);
  }
}

}  // namespace sls::direct
