// Players that come, go, vanish, lag and ask for too much, while others play on.
#include <doctest/doctest.h>

#include <vector>

#include "direct_loopback_world.h"

using namespace sls;
using namespace sls::test;

namespace {

EngineSpec shards(int count) {
  EngineSpec spec;
  spec.workerCount = count;
  return spec;
}

}  // namespace

TEST_CASE("srt transport: players join and leave while packets flow, and those who stay miss nothing") {
  for (const int count : {1, 2, 4}) {
    CAPTURE(count);
    constexpr int kWaves = 8;
    constexpr int kJoiners = 6;
    LoopbackWorld world(shards(count));
    world.relay.addStream("a", "correct-horse-battery");
    PeerOptions options;
    options.passphrase = "correct-horse-battery";
    auto& publisher = world.publish("a", 1, options);
    REQUIRE(world.untilConnected({&publisher}));
    auto& one = world.play("a", options);
    auto& two = world.play("a", options);
    REQUIRE(world.untilConnected({&one, &two}));
    publisher.loseEvery = 23;
    two.loseEvery = 19;
    publisher.goal = 1'000'000;
    for (int wave = 0; wave < kWaves; ++wave) {
      std::vector<LoopbackPlayer*> joiners;
      for (int i = 0; i < kJoiners; ++i) {
        options.initialSeq = static_cast<std::uint32_t>(1000 * wave + i);
        joiners.push_back(&world.play("a", options));
      }
      CHECK(world.until(
          [&] { return std::ranges::all_of(joiners, [](const auto* player) { return player->count(1) >= 5; }); }));
      for (const auto* player : joiners) world.remove(*player);
    }
    publisher.goal = publisher.sent();
    CHECK(world.until([&] { return one.hasAll(1, publisher.goal) && two.hasAll(1, publisher.goal); }));
    CHECK(world.until([&] { return world.relay.connectionCount() == 3 && world.relay.sample().size() == 3; }));
    CHECK(world.relay.closedCount(CloseReason::Peer) == kWaves * kJoiners);
    CHECK(world.fault() == "");
  }
}

TEST_CASE("srt transport: who joins late has everything from his first packet on") {
  LoopbackWorld world(shards(4));
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  publisher.goal = 1'000'000;
  std::vector<LoopbackPlayer*> players;
  for (int i = 0; i < 6; ++i) {
    players.push_back(&world.play("a"));
    CHECK(world.until([&] { return players.back()->count(1) >= 20; }));
  }
  publisher.goal = publisher.sent();
  CHECK(world.until([&] {
    return std::ranges::all_of(players, [&](const auto* player) { return player->hasAllUpTo(1, publisher.goal - 1); });
  }));
  for (const auto* player : players) CHECK(player->givenUpCount() == 0);
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: who stops acknowledging, or vanishes, is closed in the end, and slows nobody") {
  LoopbackWorld world(shards(2));
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  auto& good = world.play("a");
  PeerOptions narrow;
  narrow.flowWindowPackets = 32;
  auto& mute = world.play("a", narrow);
  auto& gone = world.play("a");
  REQUIRE(world.untilConnected({&good, &mute, &gone}));
  mute.isAcknowledging = false;
  publisher.goal = 1'000'000;
  publisher.intervalUs = 10'000;
  CHECK(world.until([&] { return gone.count(1) > 0; }));
  gone.die();
  CHECK(world.until([&] { return mute.isShutDown(); }));
  CHECK(world.until([&] { return world.relay.closeReason(mute.address()) == CloseReason::Slow; }));
  CHECK(world.until([&] { return world.relay.closeReason(gone.address()) == CloseReason::Peer; }));
  publisher.goal = publisher.sent();
  CHECK(world.until([&] { return good.hasAll(1, publisher.goal); }));
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: what is asked for again while it is let go of is not read") {
  EngineSpec spec = shards(2);
  // Few packets are kept, and a player asks for the oldest of them all the time.
  spec.ringBytes = 20'000;
  LoopbackWorld world(spec);
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  auto& good = world.play("a");
  std::vector<LoopbackPlayer*> deaf;
  for (int i = 0; i < 3; ++i) deaf.push_back(&world.play("a"));
  REQUIRE(world.untilConnected({&good, deaf[0], deaf[1], deaf[2]}));
  good.mayLeaveOut = true;
  for (auto* player : deaf) {
    player->mayLeaveOut = true;
    player->isDeaf = true;
    player->loseEvery = 3;
  }
  publisher.burst = 40;
  publisher.goal = 6'000;
  CHECK(world.until(
      [&] { return publisher.isDone() && !good.heard().empty() && good.heard().at(1).last == publisher.goal - 1; }));
  CHECK(world.fault() == "");
  for (const auto* player : deaf) CHECK(player->lostCount() > 100);
}
