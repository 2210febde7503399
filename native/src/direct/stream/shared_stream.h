// What the shards share of one stream: who publishes it, which shards watch it, what comes next.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "core/event.h"
#include "core/live_streams.h"
#include "core/options.h"
#include "direct/stream/packet_store.h"

namespace sls::direct {

// A publisher's connection and the shard that has it.
struct PublisherRef {
  std::size_t shard = 0;
  ConnectionId id = 0;
  int latencyMs = 0;
};

struct SharedStream {
  explicit SharedStream(std::string streamKey) : key(std::move(streamKey)) {}

  const std::string key;
  std::shared_ptr<LiveStream> live;        // Shared with handshakes.
  std::atomic<std::uint64_t> watchers{0};  // Bit n: shard n has players of it.
  std::atomic<ConnectionId> holder{0};     // The publisher that came last; 0 = none.
  std::atomic<ConnectionId> writer{0};     // Whose packets count: the holder, or the one it has not replaced yet.
  std::atomic<PacketIndex> nextIndex{0};   // Written by the writer's shard.
  std::atomic<int> publisherLatencyMs{0};

 private:
  friend class StreamHub;
  std::vector<PublisherRef> retiring_;  // Guarded by the hub: the one before the holder comes last.
  PublisherRef publisher_;              // Guarded by the hub; id 0 = none.
  MonoMs lingerUntilMs_ = 0;            // Guarded by the hub; counts while there is no publisher.
};

using StreamPtr = std::shared_ptr<SharedStream>;

// Asked when somebody comes or goes, never for a packet. Any shard.
class StreamHub {
 public:
  StreamHub(LiveStreams& registry, bool isTimed) : registry_(registry), isTimed_(isTimed) {}

  // Nullptr: the publisher that is there still delivers. A silent one retires: it may deliver until takeOver().
  StreamPtr attachPublisher(const std::string& key, PublisherRef publisher, int takeoverAfterMs, MonoMs nowMs);
  // The first packet of the publisher that came last. Returns those that it retires for good.
  std::vector<PublisherRef> takeOver(SharedStream& stream, ConnectionId id);
  void detachPublisher(SharedStream& stream, ConnectionId id, int lingerMs, MonoMs nowMs);
  // Nullptr: it is not live. From now on packets are posted to this shard.
  StreamPtr watch(const std::string& key, std::size_t shard);
  // The shard where a tap costs least: one that has packets of the stream, the publisher's own best of all.
  std::size_t shardForTap(const std::string& key) const;
  void unwatch(SharedStream& stream, std::size_t shard);
  // The latency of the publisher whose packets count; 0: not live.
  int publisherLatencyMs(const std::string& key) const;
  // Takes out the streams whose publisher did not come back in time.
  std::vector<StreamPtr> takeEnded(MonoMs nowMs);

 private:
  LiveStreams& registry_;  // Passed by argument.
  const bool isTimed_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, StreamPtr> streams_;  // Guarded by mutex_.
};

}  // namespace sls::direct
