#include "core/ring.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <random>
#include <string>

using sls::Ring;

namespace {

constexpr std::size_t kSmallest = 16 * Ring::kMaxMessageBytes;

void write(Ring& ring, const std::string& text) {
  std::memcpy(ring.claim().data(), text.data(), text.size());
  ring.commit(text.size());
}

// What it holds under this number; '?' = nothing.
std::string text(const Ring& ring, std::uint64_t number) {
  const auto message = ring.read(number);
  if (!message) return "?";
  return {reinterpret_cast<const char*>(message->data()), message->size()};
}

}  // namespace

TEST_CASE("ring: an empty one has nothing to read") {
  const Ring ring(kSmallest);
  CHECK(ring.head() == 0);
  CHECK(ring.oldest() == 0);
  CHECK_FALSE(ring.read(0));
  CHECK(ring.backlogBytes(0) == 0);
  CHECK(ring.backlogBytes(5) == 0);
}

TEST_CASE("ring: keeps messages and their boundaries") {
  Ring ring(kSmallest);
  const std::string longest(Ring::kMaxMessageBytes, 'x');
  write(ring, "a");
  write(ring, longest);
  write(ring, "");
  write(ring, "bc");
  CHECK(ring.head() == 4);
  CHECK(text(ring, 0) == "a");
  CHECK(text(ring, 1) == longest);
  CHECK(text(ring, 2) == "");
  CHECK(text(ring, 3) == "bc");
  CHECK(text(ring, 4) == "?");
}

TEST_CASE("ring: every slot takes the largest message, and a claim reaches no other slot") {
  Ring ring(kSmallest);
  for (int i = 0; i < 40; ++i) {
    const auto slot = ring.claim();
    REQUIRE(slot.size() == Ring::kMaxMessageBytes);
    std::fill(slot.begin(), slot.end(), static_cast<std::byte>(i));
    ring.commit(slot.size());
  }
  for (std::uint64_t number = ring.oldest(); number < ring.head(); ++number) {
    const auto message = ring.read(number);
    REQUIRE(message);
    CHECK(std::all_of(message->begin(), message->end(),
                      [&](std::byte b) { return b == static_cast<std::byte>(number); }));
  }
}

TEST_CASE("ring: a claim that is not committed changes nothing") {
  Ring ring(kSmallest);
  for (int i = 0; i < 20; ++i) write(ring, std::to_string(i));
  const std::uint64_t oldest = ring.oldest();
  const auto slot = ring.claim();
  std::fill(slot.begin(), slot.end(), std::byte{0xEE});
  CHECK(ring.claim().data() == slot.data());
  CHECK(ring.head() == 20);
  CHECK(ring.oldest() == oldest);
  for (std::uint64_t number = oldest; number < 20; ++number) CHECK(text(ring, number) == std::to_string(number));
}

TEST_CASE("ring: a full one forgets the oldest, and a lapped reader is told") {
  Ring ring(kSmallest);
  for (int i = 0; i < 15; ++i) write(ring, std::to_string(i));
  CHECK(ring.oldest() == 0);
  write(ring, "15");
  // Number 0 shares the slot with the next claim, so it is gone although nothing was written over it yet.
  CHECK(ring.oldest() == 1);
  CHECK(text(ring, 0) == "?");
  CHECK(text(ring, 1) == "1");
  write(ring, "16");
  CHECK(text(ring, 1) == "?");
  CHECK(text(ring, 2) == "2");
  CHECK(text(ring, 16) == "16");
}

TEST_CASE("ring: too small a size is raised, odd sizes are cut to whole slots") {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, kSmallest, kSmallest + Ring::kMaxMessageBytes - 1}) {
    Ring ring(bytes);
    for (int i = 0; i < 100; ++i) write(ring, "m");
    CAPTURE(bytes);
    CHECK(ring.head() - ring.oldest() == 15);
  }
}

TEST_CASE("ring: the backlog counts payload from the cursor, a lapped cursor from the oldest message") {
  Ring ring(kSmallest);
  write(ring, "12345");
  write(ring, "");
  write(ring, "123");
  CHECK(ring.backlogBytes(0) == 8);
  CHECK(ring.backlogBytes(1) == 3);
  CHECK(ring.backlogBytes(2) == 3);
  CHECK(ring.backlogBytes(3) == 0);
  CHECK(ring.backlogBytes(99) == 0);
  for (int i = 0; i < 100; ++i) write(ring, "ab");
  CHECK(ring.backlogBytes(0) == 30);
  CHECK(ring.backlogBytes(ring.oldest()) == 30);
  CHECK(ring.backlogBytes(ring.head() - 1) == 2);
}

TEST_CASE("ring: agrees with a simple model under random operation") {
  std::mt19937 random(20260101);
  for (int round = 0; round < 20; ++round) {
    const std::size_t slots = 16 + random() % 40;
    Ring ring(slots * Ring::kMaxMessageBytes + random() % Ring::kMaxMessageBytes);
    std::deque<std::string> kept;
    std::uint64_t head = 0;
    for (int step = 0; step < 500; ++step) {
      const std::string message(random() % 3 == 0 ? random() % (Ring::kMaxMessageBytes + 1) : random() % 8,
                                static_cast<char>('a' + random() % 26));
      write(ring, message);
      kept.push_back(message);
      ++head;
      if (kept.size() > slots - 1) kept.pop_front();
      REQUIRE(ring.head() == head);
      REQUIRE(ring.oldest() == head - kept.size());
      const std::uint64_t cursor = random() % (head + 2);
      std::size_t expected = 0;
      for (std::uint64_t n = std::max(cursor, ring.oldest()); n < head; ++n) expected += kept[n - ring.oldest()].size();
      REQUIRE(ring.backlogBytes(cursor) == expected);
      const bool isKept = cursor >= ring.oldest() && cursor < head;
      REQUIRE(ring.read(cursor).has_value() == isKept);
      if (isKept) REQUIRE(text(ring, cursor) == kept[cursor - ring.oldest()]);
    }
  }
}
