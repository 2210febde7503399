#include "core/admission.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/services.h"

using namespace sls;

namespace {

constexpr MonoMs kNowMs = 100'000;

// Streams: 'live' has a delivering publisher, 'silent' one that has been silent for longer than it may,
// 'waiting' none but waits for one, 'idle' nothing at all.
struct World {
  RouteTable routes{1,
                    {{Role::Publish, "pub-live", "live"},
                     {Role::Play, "play-live", "live"},
                     {Role::Publish, "pub-silent", "silent"},
                     {Role::Publish, "pub-waiting", "waiting"},
                     {Role::Play, "play-waiting", "waiting"},
                     {Role::Publish, "pub-idle", "idle"},
                     {Role::Play, "play-idle", "idle"},
                     {Role::Play, "#!::r=literal,m=publish", "live"},
                     {Role::Play, "publish/literal", "live"},
                     {Role::Play, "#!:{odd", "live"},
                     {Role::Publish, "both", "idle"},
                     {Role::Play, "both", "live"}}};
  LiveStreams live;
  TokenUses uses;
  PlayerCounts players;

  World() {
    setLive("live", kNowMs - 10);
    setLive("silent", kNowMs - 1000);
    live.add("waiting");
  }

  void setLive(const std::string& key, MonoMs lastArrivalMs) {
    const auto stream = live.add(key);
    stream->takeoverAfterMs = 1000;
    stream->lastArrivalMs = lastArrivalMs;
    stream->hasPublisher = true;
  }

  Admission ask(Role role, std::string_view streamId, int connectionCount = 0, bool isOpen = true) const {
    return admit({.streamId = streamId,
                  .role = role,
                  .peer = "127.0.0.1:9",
                  .nowMs = kNowMs,
                  .nowS = 1'000'000,
                  .isOpen = isOpen,
                  .connectionCount = connectionCount,
                  .maxConnections = 10},
                 {routes, live, "", uses, players});
  }
};

// 'id>key' for an admitted one, else the reason.
std::string textOf(const Admission& admission) {
  if (const auto* refused = std::get_if<Refused>(&admission)) return std::string(toText(refused->reason));
  const auto& admitted = std::get<Admitted>(admission);
  return admitted.streamId + ">" + admitted.streamKey;
}

struct Row {
  Role role;
  std::string streamId;
  const char* expected;
};

}  // namespace

TEST_CASE("admission: every stream ID and port") {
  const World world;
  const std::vector<Row> table = {
      // Literal.
      {Role::Play, "play-live", "play-live>live"},
      {Role::Publish, "pub-idle", "pub-idle>idle"},
      // Notations.
      {Role::Play, "play/play-live", "play-live>live"},
      {Role::Play, "#!::r=play-live", "play-live>live"},
      {Role::Play, "#!::r=play-live,m=request", "play-live>live"},
      {Role::Publish, "publish/pub-idle", "pub-idle>idle"},
      {Role::Publish, "#!::m=publish,r=pub-idle", "pub-idle>idle"},
      // A stored text that looks like a notation is matched as it stands, whatever role it names.
      {Role::Play, "#!::r=literal,m=publish", "#!::r=literal,m=publish>live"},
      {Role::Play, "publish/literal", "publish/literal>live"},
      {Role::Play, "#!:{odd", "#!:{odd>live"},
      // The same text in both roles: the port decides.
      {Role::Publish, "both", "both>idle"},
      {Role::Play, "both", "both>live"},
      // A text of the other port, even one that no notation explains; but a notation that fits goes before it.
      {Role::Publish, "#!:{odd", "forbidden"},
      {Role::Publish, "publish/literal", "forbidden"},
      // Malformed.
      {Role::Play, "", "malformed"},
      {Role::Play, "a\n", "malformed"},
      {Role::Play, "\xFF", "malformed"},
      {Role::Play, std::string(513, 'a'), "malformed"},
      {Role::Play, "#!::m=request", "malformed"},
      {Role::Play, "#!::r=play-live,m=both", "malformed"},
      {Role::Play, "#!:{r=play-live}", "malformed"},
      // Forbidden: known, but not here or not so.
      {Role::Play, "pub-live", "forbidden"},
      {Role::Publish, "play-live", "forbidden"},
      {Role::Play, "play/pub-live", "forbidden"},
      {Role::Play, "#!::r=play-live,m=publish", "forbidden"},
      {Role::Play, "publish/play-live", "forbidden"},
      {Role::Publish, "#!::r=pub-idle,m=request", "forbidden"},
      {Role::Publish, "play/pub-idle", "forbidden"},
      {Role::Publish, "#!::r=play-live,m=request", "forbidden"},
      {Role::Publish, "publish/literal", "forbidden"},
      // Unknown.
      {Role::Play, "stranger", "unknown-stream-id"},
      {Role::Publish, "#!::r=stranger,m=publish", "unknown-stream-id"},
      {Role::Play, "#!::r=stranger,m=publish", "unknown-stream-id"},
      {Role::Play, "Play-live", "unknown-stream-id"},
      {Role::Play, "play/play/play-live", "unknown-stream-id"},
      // State of the stream.
      {Role::Play, "play-idle", "not-live"},
      {Role::Play, "play-waiting", "play-waiting>waiting"},
      {Role::Publish, "pub-live", "duplicate-publisher"},
      {Role::Publish, "publish/pub-live", "duplicate-publisher"},
      {Role::Publish, "pub-silent", "pub-silent>silent"},
      {Role::Publish, "pub-waiting", "pub-waiting>waiting"},
  };
  for (const Row& row : table) {
    CAPTURE(row.streamId);
    CAPTURE(toText(row.role));
    CHECK(textOf(world.ask(row.role, row.streamId)) == row.expected);
  }
}

TEST_CASE("admission: before a route table and while draining everybody is refused as not ready") {
  const World world;
  for (const char* streamId : {"play-live", "stranger", "", "\xFF"}) {
    CAPTURE(streamId);
    CHECK(textOf(world.ask(Role::Play, streamId, 0, false)) == "not-ready");
  }
}

TEST_CASE("admission: the load is checked last, so that only those who may come in learn of it") {
  const World world;
  const std::vector<Row> table = {
      {Role::Play, "play-live", "overload"},
      {Role::Publish, "pub-idle", "overload"},
      {Role::Play, "", "malformed"},
      {Role::Play, "stranger", "unknown-stream-id"},
      {Role::Play, "pub-live", "forbidden"},
      {Role::Play, "play-idle", "not-live"},
      {Role::Publish, "pub-live", "duplicate-publisher"},
  };
  for (const Row& row : table) {
    CAPTURE(row.streamId);
    CHECK(textOf(world.ask(row.role, row.streamId, 10)) == row.expected);
    CHECK(textOf(world.ask(row.role, row.streamId, 11)) == row.expected);
  }
  CHECK(textOf(world.ask(Role::Play, "play-live", 9)) == "play-live>live");
}

TEST_CASE("admission: each reason has the reject code of the contract") {
  const std::vector<std::pair<RefuseReason, int>> codes = {
      {RefuseReason::BadPassphrase, 10},  {RefuseReason::NoEncryption, 11},
      {RefuseReason::Malformed, 1400},    {RefuseReason::UnknownStreamId, 1401},
      {RefuseReason::Overload, 1402},     {RefuseReason::Forbidden, 1403},
      {RefuseReason::NotLive, 1404},      {RefuseReason::DuplicatePublisher, 1409},
      {RefuseReason::NotReady, 1503},     {RefuseReason::TokenMissing, 1401},
      {RefuseReason::TokenInvalid, 1401}, {RefuseReason::TokenExpired, 1401},
      {RefuseReason::TokenUsedUp, 1401},  {RefuseReason::Network, 1403},
      {RefuseReason::PlayerLimit, 1402},  {RefuseReason::Latency, 0},
  };
  for (const auto& [reason, code] : codes) {
    CAPTURE(toText(reason));
    CHECK(rejectCode(reason) == code);
  }
}

TEST_CASE("admission: a refusal names the route's stream ID where it is known, else what the peer sent") {
  const World world;
  const auto shown = [&](Role role, std::string_view streamId) {
    return std::get<Refused>(world.ask(role, streamId)).streamId;
  };
  CHECK(shown(Role::Play, "#!::r=play-idle,m=request") == "play-idle");
  CHECK(shown(Role::Publish, "publish/pub-live") == "pub-live");
  CHECK(shown(Role::Play, "play/stranger") == "play/stranger");
  CHECK(shown(Role::Play, "#!::r=play-live,m=publish") == "#!::r=play-live,m=publish");
}

TEST_CASE("admission: what an admitted peer gets outlives the text it sent and the table") {
  Admission admission = Refused{};
  {
    const World world;
    const std::string sent = "#!::r=play-live,m=request";
    admission = world.ask(Role::Play, sent);
  }
  CHECK(textOf(admission) == "play-live>live");
}

TEST_CASE("services: admission asks the tables that are in force") {
  EngineSpec spec;
  spec.maxConnections = 1;
  Services services(spec, [] {});
  CHECK(textOf(services.admitNow("p", Role::Publish, "127.0.0.1:9")) == "not-ready");
  services.routes.set(std::make_shared<const RouteTable>(1, std::vector<Route>{{Role::Publish, "p", "p"}}));
  CHECK(textOf(services.admitNow("p", Role::Publish, "127.0.0.1:9")) == "not-ready");
  services.isOpen = true;
  CHECK(textOf(services.admitNow("p", Role::Publish, "127.0.0.1:9")) == "p>p");
  services.registry.add(services.registry.nextId(), 0);
  CHECK(textOf(services.admitNow("p", Role::Publish, "127.0.0.1:9")) == "overload");
  services.routes.set(std::make_shared<const RouteTable>(2, std::vector<Route>{}));
  CHECK(textOf(services.admitNow("p", Role::Publish, "127.0.0.1:9")) == "unknown-stream-id");
}

TEST_CASE("services: an accepted connection is asked again and occupies what it uses until it ends") {
  Services services(EngineSpec{}, [] {});
  services.isOpen = true;
  auto rules = std::make_shared<RouteRules>();
  rules->maxPlayers = 1;
  services.routes.set(
      std::make_shared<const RouteTable>(1, std::vector<Route>{{Role::Play, "view", "cam", std::move(rules)}}));
  services.live.add("cam");
  const auto textOfBooking = [](const std::variant<Booked, Refused>& result) {
    const auto* refused = std::get_if<Refused>(&result);
    return refused == nullptr ? "booked" : std::string(toText(refused->reason)) + ' ' + refused->streamId;
  };
  {
    const auto first = services.bookNow("view", Role::Play, "127.0.0.1:9");
    CHECK(textOfBooking(first) == "booked");
    CHECK(textOfBooking(services.bookNow("play/view", Role::Play, "127.0.0.1:10")) == "player-limit view");
    // The handshake is told the same.
    CHECK(textOf(services.admitNow("view", Role::Play, "127.0.0.1:10")) == "player-limit");
  }
  CHECK(textOfBooking(services.bookNow("view", Role::Play, "127.0.0.1:10")) == "booked");
}
