#include "core/registry.h"

#include <doctest/doctest.h>

#include <set>
#include <thread>
#include <vector>

using sls::ConnectionId;
using sls::ConnectionRegistry;

TEST_CASE("registry: knows the owner from add to remove, and counts") {
  ConnectionRegistry registry;
  const ConnectionId id = registry.nextId();
  CHECK(id > 0);
  CHECK_FALSE(registry.ownerOf(id));
  registry.add(id, 3);
  CHECK(registry.ownerOf(id) == std::optional<std::size_t>(3));
  CHECK(registry.count() == 1);
  registry.add(id, 3);
  CHECK(registry.count() == 1);
  registry.remove(id);
  registry.remove(id);
  CHECK_FALSE(registry.ownerOf(id));
  CHECK(registry.count() == 0);
}

TEST_CASE("registry: ids are unique across threads, and the count ends right") {
  constexpr int kThreads = 4;
  constexpr int kEach = 2000;
  ConnectionRegistry registry;
  std::vector<std::vector<ConnectionId>> ids(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < kThreads; ++worker) {
    threads.emplace_back([&registry, &mine = ids[worker], worker] {
      for (int i = 0; i < kEach; ++i) {
        const ConnectionId id = registry.nextId();
        registry.add(id, worker);
        mine.push_back(id);
        if (i % 2 == 0) registry.remove(id);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<ConnectionId> all;
  for (const auto& some : ids) all.insert(some.begin(), some.end());
  CHECK(all.size() == kThreads * kEach);
  CHECK(registry.count() == kThreads * kEach / 2);
  for (std::size_t worker = 0; worker < kThreads; ++worker) {
    CHECK_FALSE(registry.ownerOf(ids[worker][0]));
    CHECK(registry.ownerOf(ids[worker][1]) == std::optional(worker));
  }
}
