#include "direct/stream/shared_stream.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sls;
using namespace sls::direct;

namespace {

struct Hub {
  explicit Hub(bool isTimed = false) : hub(live, isTimed) {}

  // Publisher `id` on shard `id` % 2.
  StreamPtr attach(ConnectionId id, MonoMs nowMs, int latencyMs = 120, int takeoverAfterMs = 1000) {
    return hub.attachPublisher("key", {id % 2, id, latencyMs}, takeoverAfterMs, nowMs);
  }
  std::vector<ConnectionId> takeOver(SharedStream& stream, ConnectionId id) {
    std::vector<ConnectionId> ids;
    for (const PublisherRef& one : hub.takeOver(stream, id)) {
      CHECK(one.shard == one.id % 2);
      ids.push_back(one.id);
    }
    return ids;
  }

  LiveStreams live;
  StreamHub hub;
};

using Ids = std::vector<ConnectionId>;

}  // namespace

TEST_CASE("direct stream hub: a stream lives from its publisher's coming to the end of its linger time") {
  Hub hub;
  CHECK(hub.hub.watch("key", 0) == nullptr);
  CHECK(hub.hub.publisherLatencyMs("key") == 0);
  const StreamPtr stream = hub.attach(1, 0, 300);
  REQUIRE(stream);
  CHECK(stream->key == "key");
  CHECK(hub.live.find("key")->hasPublisher);
  CHECK(hub.hub.publisherLatencyMs("key") == 300);
  CHECK(hub.hub.takeEnded(1'000'000).empty());

  hub.hub.detachPublisher(*stream, 1, 500, 2'000'000);
  CHECK_FALSE(hub.live.find("key")->hasPublisher);
  CHECK(stream->holder == 0);
  CHECK(hub.hub.takeEnded(2'000'499).empty());
  CHECK(hub.hub.watch("key", 0) == stream);
  const auto ended = hub.hub.takeEnded(2'000'500);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0] == stream);
  CHECK(hub.live.find("key") == nullptr);
  CHECK(hub.hub.watch("key", 0) == nullptr);
  CHECK(hub.hub.takeEnded(2'000'501).empty());
}

TEST_CASE("direct stream hub: a publisher that comes back in time continues its stream, one that does not begins one") {
  Hub hub;
  const StreamPtr stream = hub.attach(1, 0);
  CHECK(hub.takeOver(*stream, 1).empty());
  stream->nextIndex = 50;
  hub.hub.detachPublisher(*stream, 1, 500, 1000);
  CHECK(stream->writer == 0);
  CHECK(hub.attach(2, 1400) == stream);
  CHECK(stream->nextIndex == 50);
  CHECK(hub.hub.takeEnded(9000).empty());
  hub.hub.detachPublisher(*stream, 2, 0, 9000);
  CHECK(hub.hub.takeEnded(9000).size() == 1);
  const StreamPtr next = hub.attach(3, 9001);
  CHECK(next != stream);
  CHECK(next->nextIndex == 0);
}

TEST_CASE("direct stream hub: in time order what is held back is delivered before the stream ends") {
  Hub hub(true);
  const StreamPtr stream = hub.attach(1, 0, 2000);
  hub.hub.detachPublisher(*stream, 1, 0, 10'000);
  CHECK(hub.hub.takeEnded(12'049).empty());
  CHECK(hub.hub.takeEnded(12'050).size() == 1);
}

TEST_CASE("direct stream hub: one that still delivers is not replaced, one that is silent retires") {
  Hub hub;
  const StreamPtr stream = hub.attach(1, 0);
  hub.takeOver(*stream, 1);
  stream->live->lastArrivalMs = 5000;
  CHECK(hub.attach(2, 5999) == nullptr);
  CHECK(stream->holder == 1);
  CHECK(hub.attach(3, 6000) == stream);
  CHECK(stream->holder == 3);
  // Until the first packet of the newcomer.
  CHECK(stream->writer == 1);
  CHECK(hub.takeOver(*stream, 1).empty());
  CHECK(hub.takeOver(*stream, 3) == Ids{1});
  CHECK(stream->writer == 3);
  CHECK(hub.takeOver(*stream, 3).empty());
  hub.hub.detachPublisher(*stream, 1, 0, 6000);
  CHECK(stream->writer == 3);
  CHECK(stream->holder == 3);
  CHECK(hub.hub.takeEnded(100'000).empty());
}

TEST_CASE("direct stream hub: never replaced where the operator forbids it") {
  Hub hub;
  const StreamPtr stream = hub.attach(1, 0, 120, -1);
  CHECK(hub.attach(2, 1'000'000'000) == nullptr);
}

TEST_CASE("direct stream hub: the newcomer goes before its first packet, and the one before it goes on") {
  Hub hub;
  const StreamPtr stream = hub.attach(1, 0, 300);
  hub.takeOver(*stream, 1);
  REQUIRE(hub.attach(2, 2000, 700));
  CHECK(hub.hub.publisherLatencyMs("key") == 300);
  hub.hub.detachPublisher(*stream, 2, 10'000, 2500);
  CHECK(stream->holder == 1);
  CHECK(stream->writer == 1);
  CHECK(stream->live->hasPublisher);
  CHECK(hub.hub.publisherLatencyMs("key") == 300);
  CHECK(hub.hub.takeEnded(1'000'000).empty());
  // And may be replaced again.
  REQUIRE(hub.attach(3, 4000, 900));
  CHECK(hub.takeOver(*stream, 3) == Ids{1});
  CHECK(hub.hub.publisherLatencyMs("key") == 900);
}

TEST_CASE("direct stream hub: of several that retire the first packet of the last sends all away") {
  Hub hub;
  const StreamPtr stream = hub.attach(1, 0);
  hub.takeOver(*stream, 1);
  REQUIRE(hub.attach(2, 2000));
  REQUIRE(hub.attach(3, 4000));
  CHECK(hub.takeOver(*stream, 2).empty());
  CHECK(hub.takeOver(*stream, 3) == Ids{1, 2});
}

TEST_CASE("direct stream hub: one that retires and goes is not remembered") {
  Hub hub;
  const StreamPtr stream = hub.attach(1, 0);
  hub.takeOver(*stream, 1);
  REQUIRE(hub.attach(2, 2000));
  REQUIRE(hub.attach(3, 4000));
  hub.hub.detachPublisher(*stream, 1, 0, 4100);
  CHECK(stream->writer == 0);
  CHECK(stream->holder == 3);
  hub.hub.detachPublisher(*stream, 3, 0, 4200);
  CHECK(stream->holder == 2);
  CHECK(hub.takeOver(*stream, 2).empty());
  CHECK(stream->writer == 2);
}

TEST_CASE("direct stream hub: knows which shards watch") {
  Hub hub;
  const StreamPtr stream = hub.attach(1, 0);
  CHECK(stream->watchers == 0);
  CHECK(hub.hub.watch("key", 0) == stream);
  CHECK(hub.hub.watch("key", 63) == stream);
  CHECK(hub.hub.watch("key", 63) == stream);
  CHECK(stream->watchers == (1U | std::uint64_t{1} << 63U));
  hub.hub.unwatch(*stream, 63);
  CHECK(stream->watchers == 1U);
}
