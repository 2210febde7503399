// What the transport's owner does while connections live: kicks, new policies, approvals, ports closed and opened,
// the end of it all.
#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "direct_loopback_world.h"

using namespace sls;
using namespace sls::test;

namespace {

EngineSpec shards(int count) {
  EngineSpec spec;
  spec.workerCount = count;
  return spec;
}

constexpr std::int64_t kEndless = 1'000'000;

}  // namespace

TEST_CASE("srt transport: who is kicked is told so, and the others play on") {
  LoopbackWorld world(shards(4));
  Transport& transport = world.relay.transport();
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  auto& stays = world.play("a");
  std::vector<LoopbackPlayer*> kicked;
  for (int i = 0; i < 6; ++i) kicked.push_back(&world.play("a"));
  publisher.goal = kEndless;
  CHECK(world.until([&] { return std::ranges::all_of(kicked, [](const auto* one) { return one->count(1) > 0; }); }));
  CHECK(world.until([&] { return stays.count(1) > 0; }));
  CHECK_FALSE(transport.kick(999'999));
  for (const auto* player : kicked) {
    const auto id = world.relay.idOf(player->address());
    REQUIRE(id);
    CHECK(transport.kick(*id));
    CHECK(world.until([&] { return player->isShutDown(); }));
    CHECK(world.until([&] { return world.relay.closeReason(player->address()) == CloseReason::Kicked; }));
    CHECK_FALSE(transport.kick(*id));
  }
  publisher.goal = publisher.sent();
  CHECK(world.until([&] { return stays.hasAllUpTo(1, publisher.goal - 1); }));
  REQUIRE(world.relay.idOf(publisher.address()));
  CHECK(transport.kick(*world.relay.idOf(publisher.address())));
  CHECK(world.until([&] { return publisher.isShutDown(); }));
  auto& next = world.publish("a", 2);
  next.goal = 50;
  CHECK(world.until([&] { return stays.hasAll(2, 50); }));
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: a new policy holds for those who come, and for those who are there") {
  LoopbackWorld world(shards(2));
  Transport& transport = world.relay.transport();
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  publisher.goal = kEndless;
  auto& early = world.play("a");
  CHECK(world.until([&] { return early.count(1) > 0; }));
  CHECK_FALSE(transport.configure("nobody", {}));

  ListenerPolicy strict;
  strict.latencyMaxMs = 100;
  CHECK(transport.configure("play", strict));
  auto& late = world.play("a");
  CHECK(world.until([&] { return late.isShutDown(); }));
  CHECK(world.until([&] { return world.relay.closeReason(late.address()) == CloseReason::Latency; }));
  CHECK(world.until([&] { return world.relay.refusedCount(RefuseReason::Latency) == 1; }));
  CHECK(transport.configure("play", {}));
  auto& last = world.play("a");
  CHECK(world.until([&] { return last.count(1) > 0; }));

  publisher.goal = publisher.sent();
  CHECK(world.until([&] { return early.hasAllUpTo(1, publisher.goal - 1); }));
  ListenerPolicy impatient;
  impatient.idleTimeoutMs = 50;
  CHECK(transport.configure("publish", impatient));
  CHECK(world.until([&] { return publisher.isShutDown(); }));
  CHECK(world.until([&] { return world.relay.closeReason(publisher.address()) == CloseReason::Idle; }));
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: who waits for an approval is let in, refused, or waits too long") {
  ListenerPolicy policy;
  policy.askApproval = true;
  policy.approvalTimeoutMs = 60'000;
  LoopbackWorld world(shards(2), policy);
  Transport& transport = world.relay.transport();
  world.relay.addStream("a");
  world.relay.addStream("b");
  const auto ask = [&](const std::string& key) -> LoopbackPublisher& {
    auto& publisher = world.publish(key, 1);
    publisher.goal = 20;
    CHECK(world.until([&] { return world.relay.idOf(publisher.address()).has_value(); }));
    CHECK(world.untilConnected({&publisher}));
    return publisher;
  };
  auto& good = ask("a");
  auto& bad = ask("b");
  CHECK(world.until([&] { return good.isDone(); }));
  CHECK(world.relay.services().live.find("a") == nullptr);
  CHECK(transport.decide(*world.relay.idOf(good.address()), true));
  CHECK(transport.decide(*world.relay.idOf(bad.address()), false));
  CHECK(world.until([&] { return world.relay.services().live.find("a") != nullptr; }));
  CHECK(world.until([&] { return bad.isShutDown(); }));
  CHECK(world.until([&] { return world.relay.closeReason(bad.address()) == CloseReason::Refused; }));
  CHECK_FALSE(transport.decide(999'999, true));

  policy.approvalTimeoutMs = 50;
  CHECK(transport.configure("publish", policy));
  auto& forgotten = ask("b");
  CHECK(world.until([&] { return forgotten.isShutDown(); }));
  CHECK(world.until([&] { return world.relay.closeReason(forgotten.address()) == CloseReason::Refused; }));
  CHECK(good.isConnected());
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: a port that is closed lets nobody in, and drops nobody") {
  LoopbackWorld world(shards(4));
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  publisher.goal = kEndless;
  auto& early = world.play("a");
  CHECK(world.until([&] { return early.count(1) > 0; }));
  CHECK_THROWS_AS(world.relay.open(Role::Play), EngineError);
  for (int round = 0; round < 3; ++round) {
    CHECK(world.relay.close(Role::Play));
    CHECK_FALSE(world.relay.close(Role::Play));
    CHECK(world.relay.close(Role::Publish));
    auto& late = world.play("a");
    const std::int64_t before = early.count(1);
    world.forMs(400);
    CHECK_FALSE(late.wasConnected());
    CHECK(world.until([&] { return early.count(1) > before; }));
    world.relay.open(Role::Publish);
    world.relay.open(Role::Play);
    CHECK(world.until([&] { return late.count(1) > 0; }));
  }
  publisher.goal = publisher.sent();
  CHECK(world.until([&] { return early.hasAllUpTo(1, publisher.goal - 1); }));
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: ports are closed and opened again under the feet of those who call") {
  for (const bool isPortShared : {true, false}) {
    CAPTURE(isPortShared);
    EngineSpec spec = shards(2);
    spec.isPortShared = isPortShared;
    LoopbackWorld world(spec);
    world.relay.addStream("a");
    for (int round = 0; round < 100; ++round) {
      auto& caller = world.publish("a", 1);
      const bool isPatient = round % 10 == 0;
      if (isPatient) {
        CHECK(world.untilConnected({&caller}));
      } else {
        world.forMs(1);
      }
      CHECK(world.relay.close(Role::Publish));
      world.remove(caller);
      world.relay.open(Role::Publish);
      if (isPatient) CHECK(world.until([&] { return world.relay.connectionCount() == 0; }));
    }
    auto& publisher = world.publish("a", 2);
    CHECK(world.until([&] { return publisher.isConnected() || publisher.isRefused(); }));
  }
}

TEST_CASE("srt transport: stops with everything alive, and everybody is told") {
  for (const int count : {1, 4}) {
    CAPTURE(count);
    LoopbackWorld world(shards(count));
    world.relay.addStream("a");
    world.relay.addStream("b");
    auto& publisher = world.publish("a", 1);
    auto& other = world.publish("b", 2);
    REQUIRE(world.untilConnected({&publisher, &other}));
    std::vector<LoopbackPlayer*> players;
    for (int i = 0; i < 8; ++i) players.push_back(&world.play(i % 2 == 0 ? "a" : "b"));
    publisher.goal = other.goal = kEndless;
    publisher.loseEvery = 7;
    CHECK(world.until([&] {
      return std::ranges::all_of(players, [](const auto* player) { return player->count(1) + player->count(2) > 0; });
    }));
    // Somebody is always on the doorstep.
    for (int i = 0; i < 4; ++i) world.play("a");
    world.forMs(1);

    std::thread stopping([&] { world.relay.transport().stop(); });
    CHECK(world.until([&] {
      return publisher.isShutDown() && other.isShutDown() &&
             std::ranges::all_of(players, [](const auto* player) { return player->isShutDown(); });
    }));
    stopping.join();
    for (const auto* player : players) {
      CHECK(world.relay.closeReason(player->address()) == CloseReason::Stopping);
    }
    CHECK(world.relay.closeReason(publisher.address()) == CloseReason::Stopping);
    CHECK(world.relay.connectionCount() == 0);
    CHECK(world.relay.sample().empty());
    world.relay.transport().stop();
    CHECK(world.fault() == "");
  }
}

TEST_CASE("srt transport: stops when nobody has come") {
  for (const int count : {1, 4}) {
    const LoopbackWorld world(shards(count));
    CHECK(world.relay.connectionCount() == 0);
  }
}
