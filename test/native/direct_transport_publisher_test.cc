// Publishers that come, fall silent, are replaced, go and return, while players stay.
#include <doctest/doctest.h>

#include <string>

#include "direct_loopback_world.h"

using namespace sls;
using namespace sls::test;

namespace {

constexpr std::int64_t kPackets = 40;

EngineSpec shards(int count) {
  EngineSpec spec;
  spec.workerCount = count;
  return spec;
}

ListenerPolicy takeoverSoon() {
  ListenerPolicy policy;
  policy.takeoverAfterMs = 50;
  return policy;
}

// Comes again until the publisher that is there counts as silent.
LoopbackPublisher& replace(LoopbackWorld& world, const std::string& key, std::uint64_t sender) {
  for (;;) {
    PeerOptions options;
    options.initialSeq = static_cast<std::uint32_t>(sender * 1'000'000);
    auto& newcomer = world.publish(key, sender, options);
    REQUIRE(world.until([&] { return newcomer.isConnected() || newcomer.isRefused(); }));
    if (newcomer.isConnected()) return newcomer;
    CHECK(newcomer.rejectCode() == 1409);
    world.remove(newcomer);
  }
}

// What came of two publishers is one stream without a gap.
void checkContinuous(const LoopbackPlayer& player, std::uint64_t before, std::uint64_t after) {
  const auto& heard = player.heard();
  REQUIRE(heard.contains(before));
  REQUIRE(heard.contains(after));
  const auto& last = heard.at(before);
  CHECK(heard.at(after).offset + heard.at(after).first == last.offset + last.last + 1);
}

}  // namespace

TEST_CASE("srt transport: silent publishers are replaced one after the other, on whichever shard the next one is") {
  constexpr std::uint64_t kGenerations = 8;
  LoopbackWorld world(shards(4), takeoverSoon());
  world.relay.addStream("a");
  auto* publisher = &world.publish("a", 1);
  REQUIRE(world.untilConnected({publisher}));
  auto& one = world.play("a");
  auto& two = world.play("a");
  REQUIRE(world.untilConnected({&one, &two}));
  for (std::uint64_t sender = 1;; ++sender) {
    publisher->goal = kPackets;
    CHECK(world.until([&] { return one.hasAll(sender, kPackets) && two.hasAll(sender, kPackets); }));
    if (sender == kGenerations) break;
    auto& next = replace(world, "a", sender + 1);
    CHECK_FALSE(publisher->isShutDown());
    next.goal = 1;
    CHECK(world.until([&] { return publisher->isShutDown(); }));
    CHECK(world.until([&] { return world.relay.closeReason(publisher->address()) == CloseReason::Replaced; }));
    world.remove(*publisher);
    publisher = &next;
  }
  for (std::uint64_t sender = 1; sender < kGenerations; ++sender) {
    checkContinuous(one, sender, sender + 1);
    checkContinuous(two, sender, sender + 1);
  }
  CHECK(one.givenUpCount() == 0);
  CHECK(world.relay.closedCount(CloseReason::Replaced) == kGenerations - 1);
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: a newcomer that leaves before its first packet has changed nothing") {
  LoopbackWorld world(shards(4), takeoverSoon());
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  auto& player = world.play("a");
  REQUIRE(world.untilConnected({&player}));
  for (int round = 1; round <= 4; ++round) {
    publisher.goal += kPackets;
    CHECK(world.until([&] { return player.hasAll(1, publisher.goal); }));
    auto& newcomer = replace(world, "a", 2);
    const std::string address = newcomer.address();
    world.remove(newcomer);
    CHECK(world.until([&] { return world.relay.closeReason(address) == CloseReason::Peer; }));
  }
  publisher.goal += kPackets;
  CHECK(world.until([&] { return player.hasAll(1, publisher.goal); }));
  CHECK(player.heard().size() == 1);
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: who is replaced and goes on sending is not heard any more") {
  LoopbackWorld world(shards(4), takeoverSoon());
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  REQUIRE(world.untilConnected({&publisher}));
  auto& player = world.play("a");
  REQUIRE(world.untilConnected({&player}));
  publisher.goal = kPackets;
  CHECK(world.until([&] { return player.hasAll(1, kPackets); }));
  auto& newcomer = replace(world, "a", 2);
  newcomer.goal = kPackets;
  CHECK(world.until([&] { return player.count(2) > 0; }));
  publisher.goal = 1'000'000;
  CHECK(world.until([&] { return publisher.isShutDown() && player.hasAll(2, kPackets); }));
  CHECK(player.count(1) == kPackets);
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: players stay while their publisher is away, and not for longer than it may be") {
  for (const int count : {1, 4}) {
    CAPTURE(count);
    constexpr std::uint64_t kReturns = 5;
    LoopbackWorld world(shards(count));
    world.relay.addStream("a", "correct-horse-battery");
    PeerOptions options;
    options.passphrase = "correct-horse-battery";
    LoopbackPlayer* player = nullptr;
    for (std::uint64_t sender = 1; sender <= kReturns; ++sender) {
      options.initialSeq = static_cast<std::uint32_t>(kSeqMask - sender * 10);
      auto& publisher = world.publish("a", sender, options);
      REQUIRE(world.untilConnected({&publisher}));
      if (player == nullptr) {
        player = &world.play("a", options);
        REQUIRE(world.untilConnected({player}));
      }
      publisher.goal = kPackets;
      CHECK(world.until([&] { return publisher.isDone() && player->hasAll(sender, kPackets); }));
      if (sender > 1) checkContinuous(*player, sender - 1, sender);
      if (sender == kReturns) {
        ListenerPolicy policy;
        policy.lingerMs = 50;
        CHECK(world.relay.transport().configure("publish", policy));
      }
      const std::string address = publisher.address();
      world.remove(publisher);
      CHECK(world.until([&] { return world.relay.closeReason(address) == CloseReason::Peer; }));
    }
    CHECK(world.until([&] { return player->isShutDown(); }));
    CHECK(world.until([&] { return world.relay.closeReason(player->address()) == CloseReason::Idle; }));
    CHECK(world.relay.connectionCount() == 0);
    CHECK(world.relay.services().live.find("a") == nullptr);
    CHECK(world.fault() == "");
  }
}

TEST_CASE("srt transport: a publisher that sends nothing for too long is closed") {
  ListenerPolicy policy;
  policy.idleTimeoutMs = 100;
  LoopbackWorld world(shards(2), policy);
  world.relay.addStream("a");
  auto& publisher = world.publish("a", 1);
  CHECK(world.until([&] { return publisher.isShutDown(); }));
  CHECK(world.until([&] { return world.relay.closeReason(publisher.address()) == CloseReason::Idle; }));
}
