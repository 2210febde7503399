// The whole direct transport: its threads, its sockets, and peers that are made of the same protocol parts.
#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "direct_loopback_world.h"

using namespace sls;
using namespace sls::test;

namespace {

constexpr std::int64_t kPackets = 300;

EngineSpec shards(int count) {
  EngineSpec spec;
  spec.workerCount = count;
  return spec;
}

// One publisher and three players of a new stream, with losses on both ways: it all arrives nevertheless.
void checkStream(LoopbackWorld& world, const std::string& key, PeerOptions options = {}) {
  world.relay.addStream(key, options.passphrase);
  auto& publisher = world.publish(key, 1, options);
  REQUIRE(world.untilConnected({&publisher}));
  std::vector<LoopbackPlayer*> players;
  for (int i = 0; i < 3; ++i) players.push_back(&world.play(key, options));
  REQUIRE(world.untilConnected({players[0], players[1], players[2]}));
  publisher.loseEvery = 17;
  players[0]->loseEvery = 19;
  players[1]->loseEvery = 25;
  publisher.goal = kPackets;
  CHECK(world.until([&] {
    return publisher.isDone() &&
           std::ranges::all_of(players, [](const auto* player) { return player->hasAll(1, kPackets); });
  }));
  CHECK(world.fault() == "");
  CHECK(publisher.resent() >= kPackets / 17);
  CHECK(players[0]->lostCount() > 0);
  for (const auto* player : players) CHECK(player->heard().size() == 1);
}

PeerOptions encrypted(std::string passphrase, std::size_t keyBytes) {
  PeerOptions options;
  options.passphrase = std::move(passphrase);
  options.keyBytes = keyBytes;
  return options;
}

}  // namespace

TEST_CASE("srt transport: everything arrives as it was sent, plain and encrypted, on any number of shards") {
  for (const int count : {1, 2, 4}) {
    CAPTURE(count);
    LoopbackWorld world(shards(count));
    checkStream(world, "plain");
    checkStream(world, "aes-128", encrypted("correct-horse-battery", 16));
    checkStream(world, "aes-192", encrypted("another-horse-battery", 24));
    checkStream(world, "aes-256", encrypted("the-third-of-horses", 32));
    CHECK(world.relay.connectionCount() == 16);
    CHECK(world.until([&] { return world.relay.sample().size() == 16; }));
  }
}

TEST_CASE("srt transport: what the kernel lacks is done without") {
  for (const char* send : {"segment", "batch", "single"}) {
    CAPTURE(send);
    EngineSpec spec = shards(4);
    spec.udpSend = send;
    spec.isPortShared = false;
    LoopbackWorld world(spec);
    checkStream(world, "plain");
    checkStream(world, "aes-128", encrypted("correct-horse-battery", 16));
  }
}

TEST_CASE("srt transport: a timed relay brings everything in its order") {
  EngineSpec spec = shards(2);
  spec.relayMode = "timed";
  LoopbackWorld world(spec);
  world.relay.addStream("a");
  PeerOptions options;
  options.latencyMs = 1000;
  auto& publisher = world.publish("a", 1, options);
  REQUIRE(world.untilConnected({&publisher}));
  auto& one = world.play("a", options);
  auto& two = world.play("a", options);
  REQUIRE(world.untilConnected({&one, &two}));
  one.isOrdered = two.isOrdered = true;
  publisher.loseEvery = 11;
  publisher.goal = kPackets;
  CHECK(world.until([&] { return one.hasAll(1, kPackets) && two.hasAll(1, kPackets); }));
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: sequence numbers and timestamps go through their wraps") {
  LoopbackWorld world(shards(2));
  world.relay.addStream("a", "correct-horse-battery");
  PeerOptions options = encrypted("correct-horse-battery", 16);
  options.initialSeq = kSeqMask - 100;
  options.firstTimestampUs = (std::int64_t{1} << 32) - 300'000;
  const MonoUs startUs = monoNowUs();
  auto& publisher = world.publish("a", 1, options);
  REQUIRE(world.untilConnected({&publisher}));
  options.initialSeq = kSeqMask - 50;
  auto& early = world.play("a", options);
  options.initialSeq = kSeqMask;
  auto& late = world.play("a", options);
  REQUIRE(world.untilConnected({&early, &late}));
  publisher.loseEvery = 7;
  early.loseEvery = 11;
  publisher.goal = 1'000'000;
  publisher.intervalUs = 5'000;
  CHECK(world.until([&] { return publisher.sent() > kPackets && monoNowUs() - startUs > 900'000; }));
  publisher.goal = publisher.sent();
  CHECK(world.until([&] { return early.hasAll(1, publisher.goal) && late.hasAll(1, publisher.goal); }));
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: a publisher changes its key while it streams") {
  LoopbackWorld world(shards(2));
  world.relay.addStream("a", "correct-horse-battery");
  const PeerOptions options = encrypted("correct-horse-battery", 32);
  auto& publisher = world.publish("a", 1, options, {.everyPackets = 100, .announcePackets = 40});
  REQUIRE(world.untilConnected({&publisher}));
  auto& player = world.play("a", options);
  REQUIRE(world.untilConnected({&player}));
  publisher.loseEvery = 7;
  publisher.goal = 1'000'000;
  publisher.intervalUs = 5'000;
  CHECK(world.until([&] { return publisher.keyChanges() >= 4; }));
  publisher.goal = publisher.sent();
  CHECK(world.until([&] { return player.hasAll(1, publisher.goal); }));
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: a wrong, missing or needless passphrase is refused") {
  LoopbackWorld world(shards(2));
  world.relay.addStream("secret", "correct-horse-battery");
  world.relay.addStream("open");
  const auto codeOf = [&](const std::string& key, const std::string& passphrase) {
    auto& publisher = world.publish(key, 1, encrypted(passphrase, 16));
    CHECK(world.until([&] { return publisher.isRefused(); }));
    const int code = publisher.rejectCode();
    world.remove(publisher);
    return code;
  };
  CHECK(codeOf("secret", "battery-horse-wrong") == 10);
  CHECK(codeOf("secret", "") == 11);
  CHECK(codeOf("open", "correct-horse-battery") == 11);
  CHECK(codeOf("unknown", "") == 1401);
  CHECK(world.relay.connectionCount() == 0);
}
