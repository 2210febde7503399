#include "core/token_uses.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using sls::TokenUse;
using sls::TokenUses;

namespace {
constexpr std::int64_t kNowS = 1'000'000;
constexpr std::int64_t kLaterS = kNowS + 60;
}  // namespace

TEST_CASE("token uses: counts up to the limit") {
  TokenUses uses;
  CHECK_FALSE(uses.isUsedUp("a", 1));
  CHECK(uses.take("a", 2, kLaterS, kNowS));
  CHECK_FALSE(uses.isUsedUp("a", 2));
  CHECK(uses.take("a", 2, kLaterS, kNowS));
  CHECK(uses.isUsedUp("a", 2));
  CHECK_FALSE(uses.take("a", 2, kLaterS, kNowS));
  CHECK_FALSE(uses.isUsedUp("b", 1));
  // The same token cannot come with another limit, but the count does not depend on that.
  CHECK_FALSE(uses.isUsedUp("a", 3));
}

TEST_CASE("token uses: what is given back can be used again") {
  TokenUses uses;
  CHECK(uses.take("a", 1, kLaterS, kNowS));
  uses.giveBack("a");
  uses.giveBack("a");
  uses.giveBack("never seen");
  CHECK(uses.take("a", 1, kLaterS, kNowS));
  CHECK_FALSE(uses.take("a", 1, kLaterS, kNowS));
}

TEST_CASE("token uses: seeding keeps the greater count") {
  TokenUses uses;
  CHECK(uses.take("a", 9, kLaterS, kNowS));
  uses.seed(std::vector<TokenUse>{{"a", 3, kLaterS}, {"b", 1, kLaterS}}, kNowS);
  CHECK(uses.isUsedUp("a", 3));
  CHECK_FALSE(uses.isUsedUp("a", 4));
  CHECK(uses.isUsedUp("b", 1));
  uses.seed(std::vector<TokenUse>{{"a", 1, kLaterS}}, kNowS);
  CHECK(uses.isUsedUp("a", 3));
}

TEST_CASE("token uses: forgets what has expired, not what has not, and survives a clock set back a little") {
  TokenUses uses;
  CHECK(uses.take("lasting", 1, kNowS + 1'000'000, kNowS));
  CHECK(uses.take("recent", 1, kNowS, kNowS));
  for (int i = 0; i < 5000; ++i)
    uses.take("old" + std::to_string(i), 1, kNowS - TokenUses::kKeptAfterExpiryS - 1, kNowS);
  CHECK(uses.size() < 5000);
  CHECK(uses.isUsedUp("lasting", 1));
  CHECK(uses.isUsedUp("recent", 1));
}

TEST_CASE("token uses: full of unexpired tokens, it counts the known ones and refuses others") {
  TokenUses uses;
  for (std::size_t i = 0; i < TokenUses::kMaxTokens; ++i) {
    REQUIRE(uses.take(std::to_string(i), 2, kLaterS, kNowS));
  }
  CHECK(uses.size() == TokenUses::kMaxTokens);
  CHECK_FALSE(uses.take("one more", 2, kLaterS, kNowS));
  CHECK(uses.take("0", 2, kLaterS, kNowS));
  CHECK_FALSE(uses.take("0", 2, kLaterS, kNowS));
  uses.seed(std::vector<TokenUse>{{"one more", 1, kLaterS}}, kNowS);
  CHECK(uses.size() == TokenUses::kMaxTokens);
}

TEST_CASE("token uses: threads together get exactly as many as there are") {
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  constexpr int kLimit = 7000;
  TokenUses uses;
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        if (!uses.isUsedUp("a", kLimit) && uses.take("a", kLimit, kLaterS, kNowS)) ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(taken == kLimit);
}
