#include "core/live_streams.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using sls::LiveStream;
using sls::LiveStreams;

TEST_CASE("live stream: held by a publisher that delivers") {
  LiveStream stream;
  stream.takeoverAfterMs = 1000;
  stream.lastArrivalMs = 5000;
  CHECK_FALSE(stream.isHeld(5000));
  stream.hasPublisher = true;
  CHECK(stream.isHeld(5000));
  CHECK(stream.isHeld(5999));
  CHECK_FALSE(stream.isHeld(6000));
  // A handshake thread may have read the clock before the worker did.
  CHECK(stream.isHeld(4000));
  stream.hasPublisher = false;
  CHECK_FALSE(stream.isHeld(5000));
}

TEST_CASE("live stream: -1 holds it for ever, 0 never") {
  LiveStream stream;
  stream.hasPublisher = true;
  stream.takeoverAfterMs = -1;
  CHECK(stream.isHeld(1'000'000'000));
  stream.takeoverAfterMs = 0;
  stream.lastArrivalMs = 5000;
  CHECK_FALSE(stream.isHeld(5000));
}

TEST_CASE("live streams: found from add to remove") {
  LiveStreams live;
  CHECK(live.find("a") == nullptr);
  const auto added = live.add("a");
  CHECK(live.find("a") == added);
  CHECK(live.add("a") == added);
  CHECK(live.find("b") == nullptr);
  live.remove("a");
  CHECK(live.find("a") == nullptr);
  live.remove("a");
  CHECK(live.add("a") != added);
}

TEST_CASE("live streams: asked by handshakes while workers come and go") {
  constexpr int kRounds = 2000;
  LiveStreams live;
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 2; ++worker) {
    threads.emplace_back([&live, worker] {
      const std::string key = "stream" + std::to_string(worker);
      for (int i = 0; i < kRounds; ++i) {
        const auto stream = live.add(key);
        stream->takeoverAfterMs = -1;
        stream->hasPublisher = true;
        stream->lastArrivalMs = i;
        live.remove(key);
      }
    });
  }
  int found = 0;
  for (int i = 0; i < kRounds; ++i) {
    const auto stream = live.find("stream" + std::to_string(i % 2));
    if (stream && stream->isHeld(i)) ++found;
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(found <= kRounds);
  CHECK(live.find("stream0") == nullptr);
  CHECK(live.find("stream1") == nullptr);
}
