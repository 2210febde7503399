#include "direct/send/resend_budget.h"

#include <doctest/doctest.h>

using namespace sls::direct;

namespace {

constexpr std::size_t kPacket = 1000;

int packetsLeft(ResendBudget& budget) {
  int count = 0;
  while (count < 10'000 && budget.spend(kPacket)) ++count;
  return count;
}

}  // namespace

TEST_CASE("direct resend budget: starts with a megabyte, and comes back in proportion") {
  ResendBudget budget(25);
  CHECK(packetsLeft(budget) == (1 << 20) / 1000);
  for (int i = 0; i < 100; ++i) budget.earn(kPacket);
  CHECK(packetsLeft(budget) == 25);
  CHECK_FALSE(budget.spend(kPacket));
}

TEST_CASE("direct resend budget: nothing is saved beyond a megabyte") {
  ResendBudget budget(1000);
  for (int i = 0; i < 100'000; ++i) budget.earn(1456);
  CHECK(packetsLeft(budget) == (1 << 20) / 1000);
}

TEST_CASE("direct resend budget: 0 is no limit") {
  ResendBudget budget(0);
  CHECK(packetsLeft(budget) == 10'000);
}

TEST_CASE("direct resend budget: a packet larger than what is left leaves it as it is") {
  ResendBudget budget(100);
  CHECK_FALSE(budget.spend((1 << 20) + 1));
  CHECK(budget.spend(1 << 20));
}
