// What is missing of one publisher: ranges in ascending order, apart from each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "direct/clock.h"
#include "direct/receive/nak_list.h"
#include "direct/wire/sequence.h"

namespace sls::direct {

struct Loss {
  Position first = 0;
  MonoUs nextOriginUs = 0;  // Origin of the packet behind it: when that is due, this is too late.
  MonoUs sinceUs = 0;       // When it was asked for last, or seen first.
  std::uint32_t packets = 0;
  std::uint32_t patiencePackets = 0;  // So many more may arrive before it is asked for; 0 = it was asked for.

  Position last() const { return first + packets - 1; }
  PositionRange range() const { return {first, last()}; }
};

// What is asked for again: what was not asked for since `askedBeforeUs`, or, with a packet behind it that is older
// than `urgentOriginUs`, since `urgentAskedBeforeUs`.
struct AskAgain {
  MonoUs askedBeforeUs = 0;
  MonoUs urgentAskedBeforeUs = 0;
  MonoUs urgentOriginUs = 0;
};

class LossList {
 public:
  LossList();

  bool isEmpty() const { return losses_.empty(); }
  std::size_t size() const { return losses_.size(); }
  const Loss& front() const { return losses_.front(); }
  void popFront() { losses_.erase(losses_.begin()); }

  // Behind all others, and at least as patient as the one before it.
  void append(Loss loss);
  // One of them has arrived. False: it was not missing. In the middle of a range it makes two of it.
  bool fill(Position position, MonoUs originUs);
  // Removes what is missing of `range`, and hands its parts to `visit(PositionRange)` in ascending order.
  template <typename Visit>
  void remove(PositionRange range, Visit visit);

  bool hasPatient() const { return !losses_.empty() && losses_.back().patiencePackets > 0; }
  // A packet has arrived: those whose patience ends with it are asked for.
  void losePatience(MonoUs nowUs, NakList& naks);
  // The oldest first, as many as fit.
  void askAgain(const AskAgain& which, MonoUs nowUs, NakList& naks);

 private:
  using Iterator = std::vector<Loss>::iterator;
  // The first one that does not end before `position`.
  Iterator find(Position position);

  std::vector<Loss> losses_;
};

template <typename Visit>
void LossList::remove(PositionRange range, Visit visit) {
  Iterator loss = find(range.first);
  if (loss != losses_.end() && loss->first < range.first) {
    const Loss whole = *loss;
    loss->packets = static_cast<std::uint32_t>(range.first - whole.first);
    ++loss;
    if (whole.last() > range.last) {
      Loss rest = whole;
      rest.first = range.last + 1;
      rest.packets = static_cast<std::uint32_t>(whole.last() - range.last);
      losses_.insert(loss, rest);
      visit(range);
      return;
    }
    visit({range.first, whole.last()});
  }
  const Iterator from = loss;
  for (; loss != losses_.end() && loss->last() <= range.last; ++loss) visit(loss->range());
  if (loss != losses_.end() && loss->first <= range.last) {
    visit({loss->first, range.last});
    loss->packets = static_cast<std::uint32_t>(loss->last() - range.last);
    loss->first = range.last + 1;
  }
  losses_.erase(from, loss);
}

}  // namespace sls::direct
