#include "core/published.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using sls::Published;

TEST_CASE("published: a reader keeps the value it got") {
  Published<int> published(std::make_shared<const int>(1));
  const auto before = published.get();
  published.set(std::make_shared<const int>(2));
  CHECK(*before == 1);
  CHECK(*published.get() == 2);
}

TEST_CASE("published: the old value dies outside the lock") {
  struct Asks {
    explicit Asks(const std::unique_ptr<Published<Asks>>& owner) : owner_(owner) {}
    ~Asks() {
      if (owner_) owner_->get();
    }
    const std::unique_ptr<Published<Asks>>& owner_;
  };
  std::unique_ptr<Published<Asks>> published;
  published = std::make_unique<Published<Asks>>(std::make_shared<const Asks>(published));
  // Would never return if the destructor ran under the mutex.
  published->set(std::make_shared<const Asks>(published));
  CHECK(published->get() != nullptr);
  published->set(nullptr);
  CHECK(published->get() == nullptr);
}

TEST_CASE("published: readers see whole values in order while one thread replaces them") {
  using Pair = std::pair<int, int>;
  constexpr int kLast = 5000;
  Published<Pair> published(std::make_shared<const Pair>(0, 0));
  std::atomic<int> torn{0};
  std::atomic<int> backwards{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      for (int last = 0; last < kLast;) {
        const auto pair = published.get();
        if (pair->first != pair->second) ++torn;
        if (pair->first < last) ++backwards;
        last = pair->first;
      }
    });
  }
  for (int i = 1; i <= kLast; ++i) published.set(std::make_shared<const Pair>(i, i));
  for (std::thread& reader : readers) reader.join();
  CHECK(torn == 0);
  CHECK(backwards == 0);
}
