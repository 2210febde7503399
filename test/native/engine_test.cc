#include "core/engine.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/services.h"
#include "fake_session.h"
#include "tap_reader.h"

using namespace sls;

namespace {

// What the transport of the engine under test was told; the engine itself lets nobody look inside.
struct Seen {
  Services* services = nullptr;
  std::vector<std::string> opened;
  int stops = 0;
  int usedAfterStop = 0;
  std::vector<TapPtr> taps;
};

Seen* seen = nullptr;

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(Services& services) { seen->services = &services; }
  void open(const ListenerSpec& spec) override {
    use();
    seen->opened.push_back(spec.name);
  }
  bool close(const std::string& listenerName) override { return use(), listenerName == "known"; }
  bool configure(const std::string& listenerName, const ListenerPolicy&) override {
    return use(), listenerName == "known";
  }
  bool decide(ConnectionId id, bool isAdmitted) override { return use(), id == 1 && isAdmitted; }
  bool kick(ConnectionId id) override { return use(), id == 1; }
  void addTap(const std::string& streamKey, TapPtr tap) override {
    use();
    if (streamKey == "kept") seen->taps.push_back(std::move(tap));
  }
  void sample(std::vector<ConnectionStats>& out) const override {
    use();
    ConnectionStats stats;
    stats.identity = test::makeIdentity(1, Role::Publish);
    out.push_back(stats);
    // An event between the sample and the answer: the snapshot's number must not cover it.
    seen->services->outbox.push(FaultEvent{});
  }
  void stop() override {
    ++seen->stops;
    seen->services->outbox.push(FaultEvent{"STOPPED", ""});
  }

 private:
  static void use() { seen->usedAfterStop += seen->stops > 0 ? 1 : 0; }
};

EngineSpec specOf(std::string transport = "libsrt", std::string relayMode = "timed") {
  EngineSpec spec;
  spec.transport = std::move(transport);
  spec.relayMode = std::move(relayMode);
  return spec;
}

struct World {
  Seen mine;
  World() { seen = &mine; }
  ~World() { seen = nullptr; }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
};

std::string codeOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const EngineError& error) {
    return error.code();
  }
  return "";
}

std::vector<Route> someRoutes() { return {{Role::Publish, "p", "p"}}; }

bool admits(const Services& services) {
  return std::holds_alternative<Admitted>(services.admitNow("p", Role::Publish, "127.0.0.1:9"));
}

}  // namespace

std::unique_ptr<Transport> sls::makeLibsrtTransport(Services& services) {
  return std::make_unique<FakeTransport>(services);
}

TEST_CASE("engine: refuses a transport or a relay mode that is not built in") {
  const World world;
  CHECK(codeOf([] { const Engine engine(specOf("udt"), [] {}); }) == "ENGINE_ARGUMENT");
  CHECK(codeOf([] { const Engine engine(specOf("direct", "sideways"), [] {}); }) == "ENGINE_ARGUMENT");
  CHECK(codeOf([] { const Engine engine(specOf("libsrt", "cut_through"), [] {}); }) == "ENGINE_ARGUMENT");
}

TEST_CASE("engine: lets nobody in before the first route table and while draining") {
  World world;
  Engine engine(specOf(), [] {});
  Services& services = *world.mine.services;
  CHECK_FALSE(admits(services));
  engine.setRoutes(1, someRoutes());
  CHECK(admits(services));
  CHECK(engine.snapshot().routesVersion == 1);
  engine.drain();
  CHECK_FALSE(admits(services));
  engine.setRoutes(2, someRoutes());
  CHECK_FALSE(admits(services));
}

TEST_CASE("engine: a drain before the first route table holds") {
  World world;
  Engine engine(specOf(), [] {});
  engine.drain();
  engine.setRoutes(1, someRoutes());
  CHECK_FALSE(admits(*world.mine.services));
}

TEST_CASE("engine: a table with version 0 is a table like any other") {
  World world;
  Engine engine(specOf(), [] {});
  engine.setRoutes(0, someRoutes());
  CHECK(admits(*world.mine.services));
  engine.drain();
  engine.setRoutes(1, someRoutes());
  CHECK_FALSE(admits(*world.mine.services));
}

TEST_CASE("engine: takes a token secret and the uses before it, refuses one that is too short") {
  World world;
  Engine engine(specOf(), [] {});
  const Services& services = *world.mine.services;
  CHECK(services.tokenSecret.get()->empty());
  const std::string secret(32, 's');
  engine.setTokens({secret, {{"token", 2, 4'000'000'000}}});
  CHECK(*services.tokenSecret.get() == secret);
  CHECK(services.tokenUses.isUsedUp("token", 2));
  CHECK_FALSE(services.tokenUses.isUsedUp("token", 3));
  CHECK(codeOf([&] { engine.setTokens({std::string(31, 's'), {{"token", 9, 4'000'000'000}}}); }) == "ENGINE_ARGUMENT");
  CHECK(*services.tokenSecret.get() == secret);
  CHECK_FALSE(services.tokenUses.isUsedUp("token", 3));
  engine.setTokens({});
  CHECK(services.tokenSecret.get()->empty());
  CHECK(services.tokenUses.isUsedUp("token", 2));
}

TEST_CASE("engine: passes calls on") {
  World world;
  Engine engine(specOf(), [] {});
  ListenerSpec spec;
  spec.name = "known";
  engine.open(spec);
  CHECK(world.mine.opened == std::vector<std::string>{"known"});
  CHECK(engine.close("known"));
  CHECK_FALSE(engine.close("other"));
  CHECK(engine.configure("known", {}));
  CHECK(engine.decide(1, true));
  CHECK(engine.kick(1));
  CHECK_FALSE(engine.kick(2));
}

TEST_CASE("engine: taps streams that are live, and lets go of a tap that the transport does not want") {
  World world;
  Engine engine(specOf(), [] {});
  CHECK(codeOf([&] { engine.tap("kept"); }) == "STREAM_NOT_LIVE");
  CHECK(engine.tapTotals().open == 0);
  world.mine.services->live.add("kept");
  world.mine.services->live.add("ended");
  test::TapReader reader(engine.tap("kept"));
  CHECK(reader.read().empty());
  CHECK_FALSE(reader.isEnded());
  CHECK(world.mine.taps.size() == 1);
  CHECK(engine.tapTotals().open == 1);
  test::TapReader ended(engine.tap("ended"));
  CHECK(ended.read().empty());
  CHECK(ended.isEnded());
  CHECK(engine.tapTotals().open == 1);
  // Before the totals that it counts in.
  world.mine.taps.clear();
}

TEST_CASE("engine: a snapshot's number covers nothing that happened after it was begun") {
  const World world;
  const Engine engine(specOf(), [] {});
  const Snapshot first = engine.snapshot();
  CHECK(first.lastSeq == 0);
  CHECK(first.connections.size() == 1);
  CHECK(engine.snapshot().lastSeq == 1);
}

TEST_CASE("engine: after beginStop every call says that it has been stopped") {
  World world;
  Engine engine(specOf(), [] {});
  engine.setRoutes(1, someRoutes());
  engine.beginStop();
  CHECK_FALSE(admits(*world.mine.services));
  CHECK(codeOf([&] { engine.open({}); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.close("known"); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.configure("known", {}); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.setRoutes(2, {}); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.setTokens({}); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.decide(1, true); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.kick(1); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.drain(); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.tap("kept"); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.tapTotals(); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.snapshot(); }) == "ENGINE_STOPPED");
}

TEST_CASE("engine: after stop() alone every call says so too, and the stopped transport is not touched") {
  World world;
  Engine engine(specOf(), [] {});
  engine.stop();
  CHECK(codeOf([&] { engine.open({}); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.kick(1); }) == "ENGINE_STOPPED");
  CHECK(codeOf([&] { engine.snapshot(); }) == "ENGINE_STOPPED");
  CHECK(world.mine.usedAfterStop == 0);
}

TEST_CASE("engine: stops once, from however many threads, and its last events can still be taken") {
  World world;
  {
    Engine engine(specOf(), [] {});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&engine] { engine.stop(); });
    for (std::thread& thread : threads) thread.join();
    CHECK(world.mine.stops == 1);
    CHECK(engine.takeEvents().size() == 1);
  }
  CHECK(world.mine.stops == 1);
}

TEST_CASE("engine: its destructor stops it") {
  World world;
  {
    const Engine engine(specOf(), [] {});
  }
  CHECK(world.mine.stops == 1);
}
