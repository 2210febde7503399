// One stream as one shard has it: the packets its players may still need, and those players.
#pragma once

#include <cstddef>
#include <vector>

#include "direct/clock.h"
#include "direct/io/egress.h"
#include "direct/send/player_sender.h"
#include "direct/stream/packet_store.h"
#include "direct/stream/shared_stream.h"
#include "direct/stream/stream_tap.h"

namespace sls::direct {

class StreamView {
 public:
  // `isTimed`: packets wait for the publisher's latency, instead of passing at once.
  StreamView(StreamPtr stream, bool isTimed, std::size_t maxBytes);

  void put(PacketIndex index, const StoredPacket& packet, const BlockPtr& block);
  // The publisher's receiver has given these up.
  void putGone(IndexRange range);
  // Nothing before it is awaited any more.
  void settle(PacketIndex index);

  void add(PlayerSender& player);
  void remove(PlayerSender& player);
  bool isEmpty() const { return players_.empty() && taps_.empty(); }
  std::size_t playerCount() const { return players_.size(); }

  void addTap(TapPtr tap);
  // Every 10 ms, apart from the players. Forgets the taps whose readers are gone.
  void pumpTaps(MonoUs nowUs);
  // Their readers see the end of the stream.
  void closeTaps() { taps_.clear(); }

  // Sends every player what is new.
  void flush(Egress& egress, MonoUs nowUs);
  // When flush() has something to do because of time alone; kNever: not before the next put().
  MonoUs nextReleaseUs() const;
  static constexpr MonoUs kNever = INT64_MAX;

  // Every 10 ms: when the stream pauses, players get what would have gone with its packets, and are reminded of its
  // last one; those that wait for their window are reminded of the last that they were sent.
  void tickFast(Egress& egress, MonoUs nowUs);

  // Lets go of what nobody can use any more.
  void trim(MonoUs nowUs);
  Playable playable() const { return {store_, end_, settled_, shiftUs_}; }
  const StreamPtr& stream() const { return stream_; }
  std::size_t storedBytes() const { return store_.bytes(); }
  // For how long a player may wait for a packet.
  void noteLatency(int latencyMs);

  MonoUs flushDueUs = kNever;  // Kept by the shard.
  MonoUs lastFlushTookUs = 0;  // Kept by the shard: the sending included.

 private:
  void release(MonoUs nowUs);
  MonoUs latencyUs() const { return stream_->publisherLatencyMs.load(std::memory_order_relaxed) * MonoUs{1000}; }

  StreamPtr stream_;
  const bool isTimed_;
  PacketStore store_;
  std::vector<PlayerSender*> players_;  // Owned by their connections.
  std::vector<StreamTap> taps_;
  std::vector<PacketIndex> late_;       // Came behind what players have had, since the last flush.
  std::vector<IndexRange> gone_;        // Since the last flush.
  PacketIndex end_ = 0;
  PacketIndex settled_ = 0;
  MonoUs shiftUs_ = 0;
  int mostLatencyMs_ = 0;
  MonoUs lastFlushUs_ = 0;
};

}  // namespace sls::direct
