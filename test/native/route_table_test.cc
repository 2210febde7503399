#include "core/route_table.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using sls::Role;
using sls::Route;
using sls::RouteRules;
using sls::RouteTable;

namespace {

std::string keyOf(const RouteTable& table, Role role, std::string_view streamId) {
  const Route* route = table.find(role, streamId);
  return route == nullptr ? "" : route->streamKey;
}

Route routeFor(Role role, std::string streamId, std::string tokenSubject) {
  auto rules = std::make_shared<RouteRules>();
  rules->tokenSubject = std::move(tokenSubject);
  return {role, std::move(streamId), "key", std::move(rules)};
}

}  // namespace

TEST_CASE("route table: an empty one knows nobody") {
  const RouteTable table;
  CHECK(table.version() == 0);
  CHECK(table.find(Role::Publish, "") == nullptr);
  CHECK(table.find(Role::Play, "a") == nullptr);
}

TEST_CASE("route table: the two roles are apart") {
  const RouteTable table(7, {{Role::Publish, "pub", "pub"}, {Role::Play, "one", "pub"}, {Role::Play, "two", "pub"}});
  CHECK(table.version() == 7);
  CHECK(keyOf(table, Role::Publish, "pub") == "pub");
  CHECK(keyOf(table, Role::Play, "one") == "pub");
  CHECK(keyOf(table, Role::Play, "two") == "pub");
  CHECK(table.find(Role::Play, "pub") == nullptr);
  CHECK(table.find(Role::Publish, "one") == nullptr);
}

TEST_CASE("route table: compares whole texts, byte by byte") {
  const std::string withNul("a\0b", 3);
  const RouteTable table(1, {{Role::Play, "Name", "1"}, {Role::Play, withNul, "2"}});
  CHECK(table.find(Role::Play, "name") == nullptr);
  CHECK(table.find(Role::Play, "Nam") == nullptr);
  CHECK(table.find(Role::Play, "Name ") == nullptr);
  CHECK(table.find(Role::Play, "a") == nullptr);
  CHECK(keyOf(table, Role::Play, withNul) == "2");
}

TEST_CASE("route table: of two routes with one stream ID the later one counts") {
  const RouteTable table(1, {{Role::Play, "a", "first"}, {Role::Play, "a", "second"}});
  CHECK(keyOf(table, Role::Play, "a") == "second");
}

TEST_CASE("route table: finds each of many") {
  std::vector<Route> routes;
  for (int i = 0; i < 10'000; ++i) routes.push_back({Role::Play, "play" + std::to_string(i), std::to_string(i)});
  const RouteTable table(1, std::move(routes));
  int found = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (keyOf(table, Role::Play, "play" + std::to_string(i)) == std::to_string(i)) ++found;
  }
  CHECK(found == 10'000);
}

TEST_CASE("route table: finds a play route by the subject of its tokens") {
  const RouteTable table(1, {routeFor(Role::Play, "one", "1"),
                             routeFor(Role::Play, "two", ""),
                             routeFor(Role::Publish, "pub", "3"),
                             {Role::Play, "plain", "key"}});
  REQUIRE(table.findByTokenSubject("1") != nullptr);
  CHECK(table.findByTokenSubject("1")->streamId == "one");
  CHECK(table.findByTokenSubject("") == nullptr);
  CHECK(table.findByTokenSubject("2") == nullptr);
  CHECK(table.findByTokenSubject("3") == nullptr);
}

TEST_CASE("route table: a token finds no route that a later one has replaced") {
  const RouteTable table(1, {routeFor(Role::Play, "a", "1"), routeFor(Role::Play, "a", "2")});
  CHECK(table.findByTokenSubject("1") == nullptr);
  REQUIRE(table.findByTokenSubject("2") != nullptr);
  CHECK(table.findByTokenSubject("2") == table.find(Role::Play, "a"));
}

TEST_CASE("route table: rules are shared, not copied") {
  const auto rules = std::make_shared<const RouteRules>();
  const RouteTable table(1, {{Role::Publish, "a", "a", rules}, {Role::Publish, "b", "a", rules}});
  CHECK(table.find(Role::Publish, "a")->rules == rules);
  CHECK(table.find(Role::Publish, "b")->rules == rules);
}

TEST_CASE("route table: a changed one has what stays, what is new, and not what is gone") {
  auto changed = RouteTable(1, {routeFor(Role::Play, "old", "1"),
                                routeFor(Role::Play, "stays", "2"),
                                {Role::Publish, "old", "old"}})
                     .changed(2, {{Role::Play, "old"}, {Role::Play, "nobody"}},
                              {{Role::Play, "new", "stream"}, {Role::Publish, "old", "moved"}});
  CHECK(changed->version() == 2);
  CHECK(changed->find(Role::Play, "old") == nullptr);
  CHECK(changed->findByTokenSubject("1") == nullptr);
  CHECK(keyOf(*changed, Role::Play, "stays") == "key");
  REQUIRE(changed->findByTokenSubject("2") != nullptr);
  CHECK(keyOf(*changed, Role::Play, "new") == "stream");
  CHECK(keyOf(*changed, Role::Publish, "old") == "moved");
  // The table it was made of is gone; what stays is not.
  const Route* stays = changed->find(Role::Play, "stays");
  changed = changed->changed(3, {}, {});
  CHECK(changed->find(Role::Play, "stays") == stays);
}

TEST_CASE("route table: what a later route has hidden does not come back") {
  const RouteTable table(1, {{Role::Play, "a", "hidden"}, {Role::Play, "a", "shown"}});
  CHECK(keyOf(table, Role::Play, "a") == "shown");
  CHECK(table.changed(2, {{Role::Play, "a"}}, {})->find(Role::Play, "a") == nullptr);
}
