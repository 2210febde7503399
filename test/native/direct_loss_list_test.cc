#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "direct/receive/loss_list.h"

using namespace sls::direct;

namespace {

using Range = std::pair<Position, Position>;

constexpr Position kBase = kSeqCount + 1000;

void append(LossList& list, Position first, Position last, MonoUs nowUs = 0, std::uint32_t patiencePackets = 1) {
  Loss loss;
  loss.first = kBase + first;
  loss.packets = static_cast<std::uint32_t>(last - first + 1);
  loss.nextOriginUs = 1000 + last;
  loss.sinceUs = nowUs;
  loss.patiencePackets = patiencePackets;
  list.append(loss);
}

// Empties it from the front.
std::vector<Range> takeAll(LossList& list) {
  std::vector<Range> ranges;
  for (; !list.isEmpty(); list.popFront()) ranges.emplace_back(list.front().first - kBase, list.front().last() - kBase);
  return ranges;
}

std::vector<Range> removed(LossList& list, Position first, Position last) {
  std::vector<Range> parts;
  list.remove({kBase + first, kBase + last},
              [&](PositionRange part) { parts.emplace_back(part.first - kBase, part.last - kBase); });
  return parts;
}

std::vector<Range> asked(const NakList& naks) {
  std::vector<Range> ranges;
  for (const SeqRange& range : naks.ranges()) {
    ranges.emplace_back(positionOf(range.first, kBase) - kBase, positionOf(range.last, kBase) - kBase);
  }
  return ranges;
}

std::vector<Range> askedAfterPacket(LossList& list, MonoUs nowUs = 0) {
  NakList naks;
  list.losePatience(nowUs, naks);
  return asked(naks);
}

std::vector<Range> askedAgain(LossList& list, MonoUs beforeUs, MonoUs nowUs, MonoUs urgentOriginUs = 0) {
  NakList naks;
  list.askAgain({beforeUs, beforeUs + 10, urgentOriginUs}, nowUs, naks);
  return asked(naks);
}

}  // namespace

TEST_CASE("direct loss list: a packet in the middle of a range makes two of it") {
  LossList list;
  append(list, 5, 9);
  CHECK(list.fill(kBase + 7, 42));
  // What is before it is too late when it is due, what is behind it as before.
  CHECK(list.front().nextOriginUs == 42);
  CHECK(list.size() == 2);
  list.popFront();
  CHECK(list.front().nextOriginUs == 1009);
  CHECK(takeAll(list) == std::vector<Range>{{8, 9}});
}

TEST_CASE("direct loss list: packets at the edges shorten a range") {
  LossList list;
  append(list, 5, 9);
  CHECK(list.fill(kBase + 5, 42));
  CHECK(list.front().nextOriginUs == 1009);
  CHECK(list.fill(kBase + 9, 43));
  CHECK(list.front().nextOriginUs == 43);
  CHECK(list.fill(kBase + 7, 44));
  CHECK(list.fill(kBase + 6, 45));
  CHECK(takeAll(list) == std::vector<Range>{{8, 8}});
}

TEST_CASE("direct loss list: only what is missing is filled") {
  LossList list;
  append(list, 5, 6);
  append(list, 8, 9);
  for (const Position present : {4, 7, 10}) CHECK_FALSE(list.fill(kBase + present, 0));
  CHECK(list.fill(kBase + 6, 0));
  CHECK_FALSE(list.fill(kBase + 6, 0));
  CHECK(takeAll(list) == std::vector<Range>{{5, 5}, {8, 9}});
}

TEST_CASE("direct loss list: removing hands out the missing parts alone") {
  LossList list;
  append(list, 0, 4);
  append(list, 6, 6);
  append(list, 8, 12);
  SUBCASE("across several") {
    CHECK(removed(list, 3, 9) == std::vector<Range>{{3, 4}, {6, 6}, {8, 9}});
    CHECK(takeAll(list) == std::vector<Range>{{0, 2}, {10, 12}});
  }
  SUBCASE("inside one") {
    CHECK(removed(list, 9, 10) == std::vector<Range>{{9, 10}});
    CHECK(takeAll(list) == std::vector<Range>{{0, 4}, {6, 6}, {8, 8}, {11, 12}});
  }
  SUBCASE("to the end of one") {
    CHECK(removed(list, 10, 12) == std::vector<Range>{{10, 12}});
    CHECK(takeAll(list) == std::vector<Range>{{0, 4}, {6, 6}, {8, 9}});
  }
  SUBCASE("all and more") {
    CHECK(removed(list, -5, 100) == std::vector<Range>{{0, 4}, {6, 6}, {8, 12}});
    CHECK(list.isEmpty());
  }
  SUBCASE("nothing") {
    CHECK(removed(list, 5, 5).empty());
    CHECK(removed(list, 7, 7).empty());
    CHECK(removed(list, 13, 20).empty());
    CHECK(list.size() == 3);
  }
}

TEST_CASE("direct loss list: a range is asked for once its patience has ended") {
  LossList list;
  append(list, 0, 1, 0, 3);
  CHECK(askedAfterPacket(list).empty());
  append(list, 3, 3, 0, 3);
  CHECK(askedAfterPacket(list).empty());
  CHECK(askedAfterPacket(list) == std::vector<Range>{{0, 1}});
  CHECK(list.hasPatient());
  CHECK(askedAfterPacket(list) == std::vector<Range>{{3, 3}});
  CHECK_FALSE(list.hasPatient());
  CHECK(askedAfterPacket(list).empty());
}

TEST_CASE("direct loss list: a less patient range waits for the one before it") {
  LossList list;
  append(list, 0, 0, 0, 2);
  append(list, 2, 2, 0, 1);
  CHECK(askedAfterPacket(list).empty());
  CHECK(askedAfterPacket(list) == std::vector<Range>{{0, 0}, {2, 2}});
}

TEST_CASE("direct loss list: asks again for what was not asked for lately, also for the patient") {
  LossList list;
  append(list, 0, 1, 10);
  append(list, 3, 3, 20);
  append(list, 5, 5, 30, 7);
  CHECK(askedAfterPacket(list, 40) == std::vector<Range>{{0, 1}, {3, 3}});
  CHECK(askedAgain(list, 29, 50).empty());
  CHECK(askedAgain(list, 30, 50) == std::vector<Range>{{5, 5}});
  CHECK_FALSE(list.hasPatient());
  CHECK(askedAgain(list, 49, 60) == std::vector<Range>{{0, 1}, {3, 3}});
}

TEST_CASE("direct loss list: what must be there soon is asked for more often") {
  LossList list;
  append(list, 0, 1, 10);
  append(list, 3, 3, 10);
  CHECK(askedAgain(list, 0, 30, 1001).empty());
  CHECK(askedAgain(list, 0, 30, 1002) == std::vector<Range>{{0, 1}});
  CHECK(askedAgain(list, 0, 30, 1004) == std::vector<Range>{{3, 3}});
  CHECK(askedAgain(list, 19, 50, 1004).empty());
  CHECK(askedAgain(list, 20, 50, 1004) == std::vector<Range>{{0, 1}, {3, 3}});
}

TEST_CASE("direct loss list: one NAK takes what fits, the next one the rest") {
  LossList list;
  for (Position i = 0; i < 400; ++i) append(list, i * 3, i * 3 + i % 2);
  const auto first = askedAgain(list, 0, 100);
  CHECK(first.size() == 240);  // 120 of one word, 120 of two.
  CHECK(first.front() == Range{0, 0});
  const auto second = askedAgain(list, 0, 100);
  CHECK(second.size() == 160);
  CHECK(second.front() == Range{240 * 3, 240 * 3});
  CHECK(askedAgain(list, 0, 100).empty());
}

TEST_CASE("direct loss list: sequence numbers in a NAK wrap") {
  NakList naks;
  CHECK(naks.add({kSeqCount - 2, kSeqCount + 1}));
  CHECK(naks.ranges().front().first == kSeqMask - 1);
  CHECK(naks.ranges().front().last == 1);
}
