#include "core/route_table.h"

#include <doctest/doctest.h>

#include <string>

using sls::Role;
using sls::Route;
using sls::RouteTable;

TEST_CASE("route table: an empty one knows nobody") {
  const RouteTable table;
  CHECK(table.version() == 0);
  CHECK(table.find(Role::Publish, "") == nullptr);
  CHECK(table.find(Role::Play, "a") == nullptr);
}

TEST_CASE("route table: the two roles are apart") {
  const RouteTable table(7, {{Role::Publish, "pub", "pub"}, {Role::Play, "one", "pub"}, {Role::Play, "two", "pub"}});
  CHECK(table.version() == 7);
  REQUIRE(table.find(Role::Publish, "pub") != nullptr);
  CHECK(*table.find(Role::Publish, "pub") == "pub");
  REQUIRE(table.find(Role::Play, "one") != nullptr);
  CHECK(*table.find(Role::Play, "one") == "pub");
  CHECK(*table.find(Role::Play, "two") == "pub");
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
  REQUIRE(table.find(Role::Play, withNul) != nullptr);
  CHECK(*table.find(Role::Play, withNul) == "2");
}

TEST_CASE("route table: of two routes with one stream ID the later one counts") {
  const RouteTable table(1, {{Role::Play, "a", "first"}, {Role::Play, "a", "second"}});
  CHECK(*table.find(Role::Play, "a") == "second");
}

TEST_CASE("route table: finds each of many") {
  std::vector<Route> routes;
  for (int i = 0; i < 10'000; ++i) routes.push_back({Role::Play, "play" + std::to_string(i), std::to_string(i)});
  const RouteTable table(1, std::move(routes));
  int found = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string* key = table.find(Role::Play, "play" + std::to_string(i));
    if (key != nullptr && *key == std::to_string(i)) ++found;
  }
  CHECK(found == 10'000);
}
