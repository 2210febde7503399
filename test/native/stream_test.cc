#include "core/stream.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "fake_session.h"

using namespace sls;
using sls::test::deliver;
using sls::test::FakeSession;
using sls::test::makePolicy;

namespace {

constexpr std::size_t kRingBytes = 16 * Ring::kMaxMessageBytes;  // Holds 15 messages.
using Texts = std::vector<std::string>;

ListenerPolicy policyWith(int takeoverAfterMs, int lingerMs = 10'000) {
  ListenerPolicy policy;
  policy.takeoverAfterMs = takeoverAfterMs;
  policy.lingerMs = lingerMs;
  return policy;
}

struct World {
  LiveStreams live;
  Stream stream{"key", kRingBytes, live};
  FakeSession publisher{Role::Publish};

  // Pumps as a worker does; returns those that became blocked.
  std::vector<Session*> pump(MonoMs nowMs = 0) {
    std::vector<Session*> blocked;
    stream.pump(nowMs, blocked);
    return blocked;
  }
  std::vector<Session*> say(std::string_view text, MonoMs nowMs = 0) {
    deliver(stream, publisher, text);
    return pump(nowMs);
  }
  bool isHeld(MonoMs nowMs) const { return live.find("key")->isHeld(nowMs); }
};

}  // namespace

TEST_CASE("stream: is known to handshakes while it exists") {
  LiveStreams live;
  {
    const Stream stream("key", kRingBytes, live);
    CHECK(stream.key() == "key");
    REQUIRE(live.find("key") != nullptr);
    CHECK_FALSE(live.find("key")->isHeld(0));
  }
  CHECK(live.find("key") == nullptr);
}

TEST_CASE("stream: every player gets every message from the moment it came") {
  World world;
  FakeSession early(Role::Play);
  FakeSession late(Role::Play);
  world.stream.attachPublisher(world.publisher, 0);
  world.say("before anybody");
  world.stream.attachPlayer(early);
  world.say("one");
  world.stream.attachPlayer(late);
  world.say("two");
  CHECK(early.sent == Texts{"one", "two"});
  CHECK(late.sent == Texts{"two"});
  CHECK(early.counters.packets == 2);
  CHECK(early.counters.bytes == 6);
  CHECK(world.stream.backlogBytes(early) == 0);
  CHECK(world.stream.players().size() == 2);
}

TEST_CASE("stream: a player that leaves gets nothing more, the others go on") {
  World world;
  FakeSession leaver(Role::Play);
  FakeSession stayer(Role::Play);
  world.stream.attachPublisher(world.publisher, 0);
  world.stream.attachPlayer(leaver);
  world.stream.attachPlayer(stayer);
  world.say("one");
  world.stream.detach(leaver, 0);
  world.say("two");
  CHECK(leaver.sent == Texts{"one"});
  CHECK(stayer.sent == Texts{"one", "two"});
}

TEST_CASE("stream: a blocked player waits alone and goes on with the message it could not take") {
  World world;
  FakeSession slow(Role::Play);
  FakeSession fast(Role::Play);
  world.stream.attachPublisher(world.publisher, 0);
  world.stream.attachPlayer(slow);
  world.stream.attachPlayer(fast);
  slow.script = {SendResult::Sent, SendResult::Blocked};
  CHECK(world.say("one", 1000).empty());
  CHECK(world.say("two", 2000) == std::vector<Session*>{&slow});
  CHECK(slow.isBlocked);
  CHECK(slow.behindSinceMs == 2000);
  // Not asked again, and not reported again, until the transport has room.
  CHECK(world.say("three", 3000).empty());
  CHECK(slow.sent == Texts{"one"});
  CHECK(fast.sent == Texts{"one", "two", "three"});
  CHECK(world.stream.backlogBytes(slow) == 8);

  slow.script = {SendResult::Sent, SendResult::Blocked};
  CHECK_FALSE(world.stream.pumpOne(slow, 4000));
  CHECK(slow.isBlocked);
  CHECK(slow.behindSinceMs == 2000);
  CHECK(world.stream.pumpOne(slow, 5000));
  CHECK_FALSE(slow.isBlocked);
  CHECK(slow.behindSinceMs == 0);
  CHECK(slow.sent == Texts{"one", "two", "three"});
  CHECK(slow.counters.packets == 3);
  CHECK(slow.counters.bytes == 11);
}

TEST_CASE("stream: a player the ring laps goes on with live data, and it is counted") {
  World world;
  FakeSession slow(Role::Play);
  world.stream.attachPublisher(world.publisher, 0);
  world.stream.attachPlayer(slow);
  slow.standing = SendResult::Blocked;
  for (int i = 0; i < 15; ++i) world.say(std::to_string(i));
  CHECK(world.stream.backlogBytes(slow) == 20);
  world.say("15");
  slow.standing = SendResult::Sent;
  CHECK(world.stream.pumpOne(slow, 1000));
  CHECK(slow.counters.ringOverruns == 1);
  CHECK(slow.sent.empty());
  CHECK_FALSE(slow.isBlocked);
  CHECK(world.stream.backlogBytes(slow) == 0);
  world.say("live");
  CHECK(slow.sent == Texts{"live"});
  CHECK(slow.counters.ringOverruns == 1);
}

TEST_CASE("stream: a player at the very edge of the ring loses nothing") {
  World world;
  FakeSession slow(Role::Play);
  world.stream.attachPublisher(world.publisher, 0);
  world.say("not for it");
  world.stream.attachPlayer(slow);
  slow.standing = SendResult::Blocked;
  for (int i = 0; i < 15; ++i) world.say(std::to_string(i));
  slow.standing = SendResult::Sent;
  CHECK(world.stream.pumpOne(slow, 1000));
  CHECK(slow.counters.ringOverruns == 0);
  CHECK(slow.sent.size() == 15);
  CHECK(slow.sent.front() == "0");
}

TEST_CASE("stream: a lapped player has nothing waiting, so it is not behind") {
  World world;
  FakeSession slow(Role::Play);
  world.stream.attachPublisher(world.publisher, 0);
  world.stream.attachPlayer(slow);
  slow.standing = SendResult::Blocked;
  for (int i = 0; i < 30; ++i) world.say(std::to_string(i), 1000);
  slow.standing = SendResult::Sent;
  CHECK(world.stream.pumpOne(slow, 2000));
  CHECK(world.stream.backlogBytes(slow) == 0);
  // Else a pause of the publisher would be taken for ten seconds of slowness.
  CHECK(slow.behindSinceMs == 0);
}

TEST_CASE("stream: a message the transport refuses is counted and passed over") {
  World world;
  FakeSession player(Role::Play);
  world.stream.attachPublisher(world.publisher, 0);
  world.stream.attachPlayer(player);
  player.script = {SendResult::Sent, SendResult::Refused, SendResult::Sent};
  for (const char* text : {"one", "two", "three"}) CHECK(world.say(text).empty());
  CHECK(player.sent == Texts{"one", "three"});
  CHECK(player.counters.packets == 2);
  CHECK(player.counters.packetsRefused == 1);
  CHECK(player.behindSinceMs == 0);
}

TEST_CASE("stream: a publisher that delivers holds it, a silent one gives way") {
  World world;
  FakeSession first(Role::Publish, makePolicy(policyWith(1000)));
  FakeSession second(Role::Publish, makePolicy(policyWith(1000)));
  CHECK(world.stream.attachPublisher(first, 10'000));
  CHECK(world.isHeld(10'999));
  CHECK_FALSE(world.stream.attachPublisher(second, 10'999));
  world.stream.noteArrival(first, 10'900);
  CHECK_FALSE(world.stream.attachPublisher(second, 11'899));
  CHECK_FALSE(world.isHeld(11'900));
  CHECK(world.stream.attachPublisher(second, 11'900));
  // The newcomer holds it from now on, before its first message too.
  CHECK(world.isHeld(12'899));
}

TEST_CASE("stream: a refused newcomer leaves no trace") {
  World world;
  FakeSession first(Role::Publish, makePolicy(policyWith(1000, 5000)));
  FakeSession second(Role::Publish, makePolicy(policyWith(-1, 9000)));
  world.stream.attachPublisher(first, 0);
  CHECK_FALSE(world.stream.attachPublisher(second, 500));
  world.stream.noteArrival(second, 900);
  world.stream.detach(second, 900);
  CHECK(world.isHeld(999));
  CHECK_FALSE(world.isHeld(1000));
  CHECK(deliver(world.stream, first, "m").empty());
}

TEST_CASE("stream: -1 never gives way, 0 always") {
  World world;
  FakeSession keeper(Role::Publish, makePolicy(policyWith(-1)));
  FakeSession newcomer(Role::Publish, makePolicy(policyWith(0)));
  FakeSession next(Role::Publish, makePolicy(policyWith(0)));
  world.stream.attachPublisher(keeper, 0);
  CHECK_FALSE(world.stream.attachPublisher(newcomer, 1'000'000'000));
  world.stream.detach(keeper, 0);
  CHECK(world.stream.attachPublisher(newcomer, 0));
  CHECK(world.stream.attachPublisher(next, 0));
}

TEST_CASE("stream: a changed policy is in force when it is noted") {
  World world;
  const SharedPolicy policy = makePolicy(policyWith(-1));
  FakeSession publisher(Role::Publish, policy);
  world.stream.attachPublisher(publisher, 0);
  CHECK(world.isHeld(5000));
  policy->set(std::make_shared<const ListenerPolicy>(policyWith(1000)));
  world.stream.notePolicy();
  CHECK_FALSE(world.isHeld(5000));
}

TEST_CASE("stream: the one taken over delivers until the newcomer's first message, which retires it") {
  World world;
  FakeSession old(Role::Publish, makePolicy(policyWith(1000)));
  FakeSession young(Role::Publish, makePolicy(policyWith(1000)));
  FakeSession player(Role::Play);
  world.stream.attachPublisher(old, 0);
  world.stream.attachPlayer(player);
  REQUIRE(world.stream.attachPublisher(young, 1000));
  CHECK(deliver(world.stream, old, "held back").empty());
  CHECK(deliver(world.stream, young, "new") == std::vector<Session*>{&old});
  CHECK(deliver(world.stream, young, "newer").empty());
  world.stream.detach(old, 1100);
  world.pump();
  CHECK(player.sent == Texts{"held back", "new", "newer"});
  CHECK(world.isHeld(1100));
  // What the retired one is noted for no longer counts.
  world.stream.noteArrival(old, 50'000);
  CHECK_FALSE(world.isHeld(50'000));
}

TEST_CASE("stream: a newcomer that leaves before its first message gives the stream back") {
  World world;
  FakeSession old(Role::Publish, makePolicy(policyWith(1000)));
  FakeSession young(Role::Publish, makePolicy(policyWith(-1)));
  world.stream.attachPublisher(old, 0);
  REQUIRE(world.stream.attachPublisher(young, 1000));
  CHECK(world.isHeld(1'000'000));
  world.stream.detach(young, 1200);
  CHECK_FALSE(world.stream.isOver(1'000'000));
  // With the policy of its own listener again.
  CHECK_FALSE(world.isHeld(1'000'000));
  world.stream.noteArrival(old, 1300);
  CHECK(world.isHeld(1400));
  CHECK(deliver(world.stream, old, "back").empty());
}

TEST_CASE("stream: the one taken over may leave first, then nobody is retired") {
  World world;
  FakeSession old(Role::Publish, makePolicy(policyWith(1000)));
  FakeSession young(Role::Publish, makePolicy(policyWith(1000)));
  world.stream.attachPublisher(old, 0);
  REQUIRE(world.stream.attachPublisher(young, 1000));
  world.stream.detach(old, 1100);
  CHECK(world.isHeld(1500));
  CHECK(deliver(world.stream, young, "m").empty());
  world.stream.detach(young, 2000);
  CHECK_FALSE(world.isHeld(2000));
}

TEST_CASE("stream: two takeovers in a row retire both, or unwind to the one before") {
  World world;
  FakeSession a(Role::Publish, makePolicy(policyWith(1000)));
  FakeSession b(Role::Publish, makePolicy(policyWith(1000)));
  FakeSession c(Role::Publish, makePolicy(policyWith(1000)));
  world.stream.attachPublisher(a, 0);
  REQUIRE(world.stream.attachPublisher(b, 1000));
  REQUIRE(world.stream.attachPublisher(c, 2000));
  SUBCASE("the last one delivers") {
    CHECK(deliver(world.stream, b, "late").empty());
    CHECK(deliver(world.stream, c, "m") == std::vector<Session*>{&a, &b});
  }
  SUBCASE("the last one leaves") {
    world.stream.detach(c, 2100);
    CHECK(deliver(world.stream, b, "m") == std::vector<Session*>{&a});
  }
  SUBCASE("all leave, the newest first") {
    world.stream.detach(c, 2100);
    world.stream.detach(b, 2200);
    CHECK_FALSE(world.stream.isOver(1'000'000));
    world.stream.detach(a, 2300);
    CHECK(world.stream.isOver(1'000'000));
  }
  SUBCASE("all leave, the oldest first") {
    world.stream.detach(a, 2100);
    world.stream.detach(b, 2200);
    CHECK_FALSE(world.stream.isOver(1'000'000));
    world.stream.detach(c, 2300);
    CHECK(world.stream.isOver(1'000'000));
  }
}

TEST_CASE("stream: waits for its publisher's return for lingerMs, with the players on") {
  World world;
  FakeSession publisher(Role::Publish, makePolicy(policyWith(1000, 5000)));
  FakeSession player(Role::Play);
  world.stream.attachPublisher(publisher, 0);
  world.stream.attachPlayer(player);
  CHECK_FALSE(world.stream.isOver(1'000'000));
  world.stream.detach(publisher, 10'000);
  CHECK_FALSE(world.isHeld(10'000));
  CHECK_FALSE(world.stream.isOver(14'999));
  CHECK(world.stream.isOver(15'000));
  CHECK(world.stream.players() == std::vector<Session*>{&player});

  FakeSession again(Role::Publish, makePolicy(policyWith(1000, 5000)));
  CHECK(world.stream.attachPublisher(again, 14'000));
  CHECK_FALSE(world.stream.isOver(1'000'000));
  CHECK(deliver(world.stream, again, "again").empty());
  world.pump();
  CHECK(player.sent == Texts{"again"});
}

TEST_CASE("stream: what a gone publisher's latency held back still reaches the players") {
  World world;
  FakeSession player(Role::Play);
  world.stream.attachPublisher(world.publisher, 0);
  world.stream.attachPlayer(player);
  world.stream.detach(world.publisher, 100);
  CHECK(deliver(world.stream, world.publisher, "tail").empty());
  world.pump();
  CHECK(player.sent == Texts{"tail"});
  CHECK_FALSE(world.isHeld(100));
}

TEST_CASE("stream: lingerMs 0 is over at once, and players coming and going do not matter") {
  World world;
  FakeSession publisher(Role::Publish, makePolicy(policyWith(1000, 0)));
  FakeSession player(Role::Play);
  world.stream.attachPublisher(publisher, 0);
  world.stream.attachPlayer(player);
  world.stream.detach(publisher, 10'000);
  CHECK(world.stream.isOver(10'000));
  world.stream.detach(player, 10'000);
  CHECK(world.stream.isOver(10'000));
}

TEST_CASE("stream: silence is measured from the attach when nothing ever came") {
  World world;
  FakeSession mute(Role::Publish, makePolicy(policyWith(1000)));
  world.stream.attachPublisher(mute, 70'000);
  CHECK(world.isHeld(70'999));
  CHECK_FALSE(world.isHeld(71'000));
}
