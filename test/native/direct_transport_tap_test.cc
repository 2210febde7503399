// Taps of streams that are published and played over loopback, while the shards run.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "direct_loopback_world.h"
#include "tap_reader.h"

using namespace sls;
using namespace sls::test;

namespace {

struct Reader {
  explicit Reader(LoopbackRelay& relay, const std::string& key) : Reader(openTap(relay.services().taps), relay, key) {}

  std::size_t read() {
    bytes += reader.read().size();
    return bytes;
  }

  TapReader reader;
  std::size_t bytes = 0;

 private:
  Reader(OpenedTap opened, LoopbackRelay& relay, const std::string& key) : reader(std::move(opened.reader)) {
    relay.transport().addTap(key, std::move(opened.tap));
  }
};

EngineSpec shards(int count, const std::string& relayMode = "cut_through") {
  EngineSpec spec;
  spec.workerCount = count;
  spec.relayMode = relayMode;
  return spec;
}

}  // namespace

TEST_CASE("srt transport: taps come and go while packets flow, and players miss nothing") {
  for (const std::string mode : {"cut_through", "timed"}) {
    CAPTURE(mode);
    LoopbackWorld world(shards(4, mode));
    world.relay.addStream("a", "correct-horse-battery");
    PeerOptions options;
    options.passphrase = "correct-horse-battery";
    auto& publisher = world.publish("a", 1, options);
    REQUIRE(world.untilConnected({&publisher}));
    auto& player = world.play("a", options);
    REQUIRE(world.untilConnected({&player}));
    publisher.loseEvery = 23;
    publisher.goal = 1'000'000;
    Reader stuck(world.relay, "a");
    for (int wave = 0; wave < 5; ++wave) {
      std::vector<Reader> readers;
      for (int i = 0; i < 10; ++i) readers.emplace_back(world.relay, "a");
      CHECK(world.until([&] { return std::ranges::all_of(readers, [](auto& one) { return one.read() > 2000; }); }));
    }
    CHECK(world.until([&] { return world.relay.services().taps.open == 1; }));
    publisher.goal = publisher.sent();
    CHECK(world.until([&] { return player.hasAll(1, publisher.goal); }));
    CHECK(world.relay.connectionCount() == 2);
    CHECK(world.fault() == "");
    world.relay.transport().stop();
    stuck.read();
    CHECK(stuck.reader.isEnded());
    CHECK(world.relay.services().taps.open == 0);
  }
}

TEST_CASE("srt transport: a tap alone makes a stream flow, and ends with it") {
  ListenerPolicy policy;
  policy.lingerMs = 300;
  LoopbackWorld world(shards(2), policy);
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  publisher.goal = 1'000'000;
  Reader reader(world.relay, "a");
  CHECK(world.until([&] { return reader.read() > 10'000; }));
  world.remove(publisher);
  CHECK(world.until([&] {
    reader.read();
    return reader.reader.isEnded();
  }));
  CHECK(world.relay.services().taps.open == 0);
  Reader late(world.relay, "a");
  CHECK(world.until([&] {
    late.read();
    return late.reader.isEnded();
  }));
}
