#include "core/rate_limit.h"

#include <doctest/doctest.h>

using sls::RateLimit;
using sls::RouteRules;

namespace {

RouteRules rulesOf(int maxRateKbps, int rateGraceMs) {
  RouteRules rules;
  rules.maxRateKbps = maxRateKbps;
  rules.rateGraceMs = rateGraceMs;
  return rules;
}

}  // namespace

TEST_CASE("rate limit: without rules or with a limit of 0 no rate is too high") {
  RateLimit limit;
  const RouteRules none;
  for (int ms = 0; ms < 100'000; ms += 100) {
    CHECK_FALSE(limit.isExceeded(ms, 1e9, nullptr));
    CHECK_FALSE(limit.isExceeded(ms, 1e9, &none));
  }
}

TEST_CASE("rate limit: exceeded once it has been above for longer than the grace") {
  RateLimit limit;
  const RouteRules rules = rulesOf(1000, 500);
  CHECK_FALSE(limit.isExceeded(0, 1000, &rules));
  CHECK_FALSE(limit.isExceeded(100, 1000.1, &rules));
  CHECK_FALSE(limit.isExceeded(600, 1000.1, &rules));
  CHECK(limit.isExceeded(601, 1000.1, &rules));
}

TEST_CASE("rate limit: a break starts the grace anew") {
  RateLimit limit;
  const RouteRules rules = rulesOf(1000, 500);
  CHECK_FALSE(limit.isExceeded(0, 2000, &rules));
  CHECK_FALSE(limit.isExceeded(500, 1000, &rules));
  CHECK_FALSE(limit.isExceeded(600, 2000, &rules));
  CHECK_FALSE(limit.isExceeded(1100, 2000, &rules));
  CHECK(limit.isExceeded(1101, 2000, &rules));
}

TEST_CASE("rate limit: follows other rules, and without grace the second look decides") {
  RateLimit limit;
  const RouteRules loose = rulesOf(5000, 0);
  const RouteRules strict = rulesOf(1000, 0);
  CHECK_FALSE(limit.isExceeded(0, 2000, &loose));
  CHECK_FALSE(limit.isExceeded(100, 2000, &strict));
  CHECK(limit.isExceeded(200, 2000, &strict));
  CHECK_FALSE(limit.isExceeded(300, 2000, nullptr));
}
