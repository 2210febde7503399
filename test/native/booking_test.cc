#include "core/booking.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using namespace sls;

namespace {

constexpr std::int64_t kNowS = 1'000'000;

struct World {
  PlayerCounts players;
  TokenUses uses;

  // Empty: refused, and `reason` says why.
  std::optional<Booking> book(const Admitted& admitted, Role role = Role::Play) {
    auto result = Booking::take(admitted, role, kNowS, players, uses);
    if (const auto* refused = std::get_if<RefuseReason>(&result)) {
      reason = *refused;
      return std::nullopt;
    }
    return std::move(std::get<Booking>(result));
  }
  RefuseReason reason = RefuseReason::Malformed;
};

Admitted player(int maxPlayers, int maxUses = 0) {
  auto rules = std::make_shared<RouteRules>();
  rules->maxPlayers = maxPlayers;
  return {"view", "cam", std::move(rules), {maxUses > 0 ? "token" : "", maxUses, kNowS + 60}};
}

}  // namespace

TEST_CASE("booking: players of one stream ID have as many places as its rules say") {
  World world;
  auto first = world.book(player(2));
  auto second = world.book(player(2));
  CHECK(world.players.isFull("view", 2));
  CHECK_FALSE(world.book(player(2)));
  CHECK(world.reason == RefuseReason::PlayerLimit);
  first.reset();
  CHECK_FALSE(world.players.isFull("view", 2));
  CHECK(world.book(player(2)));
}

TEST_CASE("booking: places are counted without a limit too, so that a later one finds them") {
  World world;
  const auto first = world.book({"view", "cam", nullptr, {}});
  const auto second = world.book(player(0));
  CHECK(world.players.isFull("view", 2));
  CHECK_FALSE(world.players.isFull("view", 0));
  CHECK_FALSE(world.book(player(1)));
}

TEST_CASE("booking: a publisher occupies nothing") {
  World world;
  const auto publisher = world.book(player(1), Role::Publish);
  CHECK(publisher);
  CHECK(world.players.size() == 0);
}

TEST_CASE("booking: an unspent use is given back, a spent one is not") {
  World world;
  { CHECK(world.book(player(0, 1))); }
  {
    auto booking = world.book(player(0, 1));
    REQUIRE(booking);
    booking->spendUse();
  }
  CHECK_FALSE(world.book(player(0, 1)));
  CHECK(world.reason == RefuseReason::TokenUsedUp);
  CHECK(world.players.size() == 0);
}

TEST_CASE("booking: who has no place has used nothing") {
  World world;
  const auto first = world.book(player(1));
  CHECK_FALSE(world.book(player(1, 1)));
  CHECK(world.reason == RefuseReason::PlayerLimit);
  CHECK_FALSE(world.uses.isUsedUp("token", 1));
}

TEST_CASE("booking: moves with its connection") {
  World world;
  auto booking = world.book(player(1, 1));
  REQUIRE(booking);
  {
    Booking moved(std::move(*booking));
    booking.reset();
    CHECK(world.players.isFull("view", 1));
    Booking assigned;
    assigned = std::move(moved);
    CHECK(world.players.isFull("view", 1));
    CHECK(world.uses.isUsedUp("token", 1));
  }
  CHECK(world.players.size() == 0);
  CHECK_FALSE(world.uses.isUsedUp("token", 1));
}

TEST_CASE("booking: threads together never have more places than there are, and leave none behind") {
  World world;
  std::vector<std::thread> threads;
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 3000; ++i) {
        auto result = Booking::take(player(3), Role::Play, kNowS, world.players, world.uses);
        if (!std::holds_alternative<Booking>(result)) continue;
        const int now = ++inside;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(most >= 1);
  CHECK(most <= 3);
  CHECK(world.players.size() == 0);
}
