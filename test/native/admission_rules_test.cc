// Rules and play tokens of a route; what holds for every route is in admission_test.cc.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/admission.h"
#include "sign_token.h"

using namespace sls;

namespace {

constexpr std::int64_t kNowS = 1'000'000;
const std::string kSecret = "a secret of more than 32 bytes, as it must be";
const std::string kHere = "10.1.2.3:5000";

NetworkSet networksOf(const std::vector<std::string>& texts) { return NetworkSet::parse(texts).value(); }

RouteRules tokenRules(std::string subject, bool isRequired) {
  RouteRules rules;
  rules.tokenSubject = std::move(subject);
  rules.isTokenRequired = isRequired;
  return rules;
}

RulesPtr shared(RouteRules rules) { return std::make_shared<const RouteRules>(std::move(rules)); }

RouteRules near(RouteRules rules) {
  rules.networks = networksOf({"10.0.0.0/8", "2001:db8::/32"});
  return rules;
}

RouteRules few() {
  RouteRules rules;
  rules.maxPlayers = 2;
  return rules;
}

RouteRules revoked() {
  RouteRules rules = tokenRules("6", false);
  rules.tokensNotBeforeS = kNowS - 10;
  return rules;
}

struct Claims {
  std::string subject = "1";
  std::string more = {};
  std::int64_t issuedAtS = kNowS - 100;
  std::int64_t expiresAtS = kNowS + 100;
  std::string tokenId = "id-1";
};

std::string tokenOf(const std::string& claims, const std::string& secret) {
  return test::signToken(R"({"alg":"HS256"})", claims, secret);
}

std::string token(const Claims& claims, const std::string& secret = kSecret) {
  return tokenOf(R"({"sub":")" + claims.subject + R"(","jti":")" + claims.tokenId + R"(","iat":)" +
                     std::to_string(claims.issuedAtS) + R"(,"exp":)" + std::to_string(claims.expiresAtS) + claims.more +
                     "}",
                 secret);
}

struct World {
  RouteTable routes{1,
                    {{Role::Publish, "cam", "cam"},
                     {Role::Publish, "near cam", "near", shared(near({}))},
                     {Role::Publish, "odd cam", "odd", shared(tokenRules("", true))},
                     {Role::Play, "plain", "cam"},
                     {Role::Play, "open", "cam", shared(tokenRules("1", false))},
                     {Role::Play, "closed", "cam", shared(tokenRules("2", true))},
                     {Role::Play, "near", "cam", shared(near(tokenRules("3", false)))},
                     {Role::Play, "few", "cam", shared(few())},
                     {Role::Play, "dark", "dark", shared(near(tokenRules("5", true)))},
                     {Role::Play, "revoked", "cam", shared(revoked())},
                     {Role::Play, "#!::r=odd", "cam", shared(tokenRules("7", true))}}};
  LiveStreams live;
  TokenUses uses;
  PlayerCounts players;
  std::string secret = kSecret;

  World() {
    const auto stream = live.add("cam");
    stream->hasPublisher = true;
  }

  Admission ask(std::string_view streamId, std::string_view peer = kHere, Role role = Role::Play,
                int connectionCount = 0) const {
    return admit({.streamId = streamId,
                  .role = role,
                  .peer = peer,
                  .nowMs = 5000,
                  .nowS = kNowS,
                  .isOpen = true,
                  .connectionCount = connectionCount,
                  .maxConnections = 10},
                 {routes, live, secret, uses, players});
  }
};

// 'reason shown ID', or the route's ID.
std::string textOf(const Admission& admission) {
  if (const auto* refused = std::get_if<Refused>(&admission)) {
    return std::string(toText(refused->reason)) + ' ' + refused->streamId;
  }
  return std::get<Admitted>(admission).streamId;
}

}  // namespace

TEST_CASE("admission: a stream ID's networks") {
  const World world;
  CHECK(textOf(world.ask("near", "10.255.0.1:9")) == "near");
  CHECK(textOf(world.ask("near", "[2001:db8:1::1]:9")) == "near");
  CHECK(textOf(world.ask("play/near", "11.0.0.1:9")) == "network near");
  CHECK(textOf(world.ask("near", "[2001:db9::1]:9")) == "network near");
  CHECK(textOf(world.ask("near", "unknown")) == "network near");
  CHECK(textOf(world.ask("near", "")) == "network near");
  CHECK(textOf(world.ask("open", "unknown")) == "open");
  CHECK(textOf(world.ask("near cam", "11.0.0.1:9", Role::Publish)) == "network near cam");
  CHECK(textOf(world.ask("near cam", "10.0.0.1:9", Role::Publish)) == "near cam");
}

TEST_CASE("admission: a token names its route, or agrees with the one that is named") {
  const World world;
  const std::string one = token({});
  const std::string two = token({.subject = "2"});
  CHECK(textOf(world.ask("#!::token=" + one)) == "open");
  CHECK(textOf(world.ask("#!::m=request,token=" + one)) == "open");
  CHECK(textOf(world.ask("#!::r=open,m=request,token=" + one)) == "open");
  CHECK(textOf(world.ask("#!::token=" + two + ",r=closed")) == "closed");
  CHECK(textOf(world.ask("#!::r=#!::r=odd,token=" + token({.subject = "7"}))) == "#!::r=odd");
  CHECK(textOf(world.ask("#!::r=open,token=" + two)) == "token-invalid open");
  CHECK(textOf(world.ask("#!::r=plain,token=" + one)) == "token-invalid plain");
  CHECK(textOf(world.ask("#!::token=" + token({.subject = "99"}))) == "token-invalid #!::token=…");
  CHECK(textOf(world.ask("#!::r=stranger,token=" + one)) == "unknown-stream-id #!::r=stranger,token=…");
  CHECK(textOf(world.ask("#!::r=cam,token=" + one)) == "forbidden #!::r=cam,token=…");
}

TEST_CASE("admission: what came with a token is reported with it") {
  const World world;
  const Admission admission = world.ask("#!::token=" + token({.more = R"(,"max":3)", .tokenId = "the id"}));
  const auto& admitted = std::get<Admitted>(admission);
  CHECK(admitted.token.tokenId == "the id");
  CHECK(admitted.token.maxUses == 3);
  CHECK(admitted.token.expiresAtS == kNowS + 100);
  CHECK(admitted.rules->tokenSubject == "1");
  const Admission without = world.ask("open");
  CHECK(std::get<Admitted>(without).token.tokenId.empty());
}

TEST_CASE("admission: where a token is required nothing else will do") {
  const World world;
  CHECK(textOf(world.ask("closed")) == "token-missing closed");
  CHECK(textOf(world.ask("play/closed")) == "token-missing closed");
  CHECK(textOf(world.ask("#!::r=closed,m=request")) == "token-missing closed");
  CHECK(textOf(world.ask("#!::r=odd")) == "token-missing #!::r=odd");
  CHECK(textOf(world.ask("#!::r=closed,token=")) == "token-invalid closed");
  // A rule for players says nothing to a publisher.
  CHECK(textOf(world.ask("odd cam", kHere, Role::Publish)) == "odd cam");
}

TEST_CASE("admission: every fault of a token") {
  World world;
  const auto ask = [&](const std::string& text, const std::string& peer = kHere) {
    return textOf(world.ask("#!::r=open,token=" + text, peer));
  };
  CHECK(ask(token({})) == "open");
  CHECK(ask("") == "token-invalid open");
  CHECK(ask("a.b.c") == "token-invalid open");
  CHECK(ask(token({}, "another secret that is long enough too")) == "token-invalid open");
  CHECK(ask(token({.expiresAtS = kNowS})) == "token-expired open");
  CHECK(ask(token({.expiresAtS = kNowS + 1})) == "open");
  CHECK(ask(token({.more = R"(,"nbf":1000000)"})) == "open");
  CHECK(ask(token({.more = R"(,"nbf":1000001)"})) == "token-invalid open");
  CHECK(ask(token({.more = R"(,"net":"10.1.0.0/16")"})) == "open");
  CHECK(ask(token({.more = R"(,"net":"10.1.2.3")"})) == "open");
  CHECK(ask(token({.more = R"(,"net":"10.1.2.4")"})) == "token-invalid open");
  CHECK(ask(token({.more = R"(,"net":"10.1.2.3")"}), "unknown") == "token-invalid open");
  CHECK(textOf(world.ask("#!::token=" + token({.subject = "6", .issuedAtS = kNowS - 11}))) == "token-invalid revoked");
  CHECK(textOf(world.ask("#!::token=" + token({.subject = "6", .issuedAtS = kNowS - 10}))) == "revoked");
  const std::string twice = token({.more = R"(,"max":2)", .tokenId = "twice"});
  CHECK(world.uses.take("twice", 2, kNowS + 100, kNowS));
  CHECK(ask(twice) == "open");
  CHECK(world.uses.take("twice", 2, kNowS + 100, kNowS));
  CHECK(ask(twice) == "token-used-up open");
  // The stream ID itself does without.
  CHECK(textOf(world.ask("open")) == "open");
}

TEST_CASE("admission: without a secret every token is refused") {
  World world;
  world.secret.clear();
  CHECK(textOf(world.ask("#!::token=" + token({}, ""))) == "token-invalid #!::token=…");
  CHECK(textOf(world.ask("#!::r=open,token=" + token({}))) == "token-invalid open");
  CHECK(textOf(world.ask("open")) == "open");
}

TEST_CASE("admission: a token is for players") {
  const World world;
  const std::string one = token({});
  for (const std::string& text : {"#!::r=cam,token=" + one, "#!::token=" + one, "#!::r=stranger,token=" + one}) {
    CAPTURE(text);
    const Admission admission = world.ask(text, kHere, Role::Publish);
    CHECK(std::get<Refused>(admission).reason == RefuseReason::Forbidden);
    CHECK(std::get<Refused>(admission).streamId.find(one) == std::string::npos);
  }
  CHECK(textOf(world.ask("#!::m=publish,token=" + one)) == "forbidden #!::m=publish,token=…");
}

TEST_CASE("admission: who may not come in learns nothing about the stream") {
  const World world;
  const std::string good = token({.subject = "5"});
  CHECK(textOf(world.ask("dark")) == "token-missing dark");
  CHECK(textOf(world.ask("dark", "11.0.0.1:9")) == "network dark");
  CHECK(textOf(world.ask("#!::r=dark,token=x", "11.0.0.1:9")) == "network dark");
  CHECK(textOf(world.ask("#!::r=dark,token=x")) == "token-invalid dark");
  CHECK(textOf(world.ask("#!::token=" + token({.subject = "5", .expiresAtS = 1}))) == "token-expired dark");
  CHECK(textOf(world.ask("#!::r=dark,token=" + good)) == "not-live dark");
}

TEST_CASE("admission: a stream ID's players, and the load last of all") {
  World world;
  CHECK(textOf(world.ask("few")) == "few");
  CHECK(world.players.take("few", 2));
  CHECK(textOf(world.ask("few", kHere, Role::Play, 10)) == "overload few");
  CHECK(world.players.take("few", 2));
  CHECK(textOf(world.ask("few")) == "player-limit few");
  CHECK(textOf(world.ask("few", kHere, Role::Play, 10)) == "player-limit few");
  CHECK(textOf(world.ask("plain")) == "plain");
}

TEST_CASE("admission: a refusal never shows a token") {
  World world;
  const std::string one = token({});
  world.secret.clear();
  for (const std::string& text : {"#!::token=" + one, "#!::r=open,token=" + one, "#!::r=no,token=" + one + ",m=request",
                                  "#!:{token=" + one, "#!::m=both,token=" + one, "play/token=" + one,
                                  "#!::token=" + one + "\n", std::string(600, 'x') + "token=" + one}) {
    CAPTURE(text);
    CHECK(std::get<Refused>(world.ask(text)).streamId.find(one) == std::string::npos);
  }
}
