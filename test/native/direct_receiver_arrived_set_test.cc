#include <doctest/doctest.h>

#include <random>
#include <set>

#include "direct/receive/arrived_set.h"

using namespace sls::direct;

TEST_CASE("direct receiver: the ring of bits knows what has arrived, as far back as it goes") {
  for (const std::uint32_t window : {1U, 64U, 100U, 512U}) {
    const Position size = window <= 64 ? 64 : window <= 128 ? 128 : 512;
    for (const Position offset : {-70, -1, 0, 1}) {
      Position end = kSeqCount + offset;
      ArrivedSet arrived(window, end);
      std::set<Position> model;
      std::mt19937_64 random(window);
      for (int i = 0; i < 2000; ++i) {
        // Small steps mostly, whole words, the whole ring and beyond now and then.
        const auto kind = random() % 16;
        const Position step = kind == 0   ? size + static_cast<Position>(random() % 3) - 1
                              : kind == 1 ? 64
                              : kind == 2 ? static_cast<Position>(random() % 700)
                                          : static_cast<Position>(random() % 4);
        end += step;
        arrived.extend(end);
        for (int k = 0; k < 3; ++k) {
          const Position position = end - 1 - static_cast<Position>(random() % static_cast<std::uint64_t>(size));
          arrived.add(position);
          model.insert(position);
        }
        int wrong = 0;
        for (Position position = end - size - 70; position < end + 70; ++position) {
          const bool isKnown = position >= end - size && position < end && model.contains(position);
          if (arrived.contains(position) != isKnown) ++wrong;
        }
        REQUIRE(wrong == 0);
      }
    }
  }
}
