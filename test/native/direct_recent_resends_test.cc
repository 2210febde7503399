#include "direct/send/recent_resends.h"

#include <doctest/doctest.h>

using namespace sls::direct;

TEST_CASE("direct recent resends: a position counts once within the time") {
  RecentResends recent;
  CHECK(recent.note(5, 1000, 100));
  CHECK_FALSE(recent.note(5, 1099, 100));
  CHECK(recent.note(5, 1100, 100));
  CHECK_FALSE(recent.note(5, 1199, 100));
  CHECK(recent.note(6, 1100, 100));
}

TEST_CASE("direct recent resends: noted without a time it counts again") {
  RecentResends recent;
  CHECK(recent.note(5, 1000, 0));
  CHECK(recent.note(5, 1000, 0));
  CHECK_FALSE(recent.note(5, 1050, 100));
}

TEST_CASE("direct recent resends: positions that share an entry never hold each other back") {
  RecentResends recent;
  for (Position position = 0; position < 5000; ++position) CHECK(recent.note(position, 1000, 100));
  CHECK_FALSE(recent.note(4999, 1001, 100));
}
