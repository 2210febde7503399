#include "load/loss_list.h"

#include <algorithm>

namespace peers {

void LossList::add(std::uint32_t first, std::uint32_t last, std::int64_t nowUs) {
  ranges_.push_back({first, last, nowUs, nowUs});
}

bool LossList::remove(std::uint32_t sequence) {
  const auto holds = [sequence](const Range& range) {
    return wire::sequenceDistance(sequence, range.first) >= 0 && wire::sequenceDistance(sequence, range.last) <= 0;
  };
  const auto found = std::find_if(ranges_.begin(), ranges_.end(), holds);
  if (found == ranges_.end()) return false;
  const Range before = *found;
  auto at = ranges_.erase(found);
  if (before.last != sequence) {
    at = ranges_.insert(at, {(sequence + 1) & wire::kSequenceMask, before.last, before.sinceUs, before.reportedUs});
  }
  if (before.first != sequence) {
    ranges_.insert(at, {before.first, (sequence - 1) & wire::kSequenceMask, before.sinceUs, before.reportedUs});
  }
  return true;
}

void LossList::removeUpTo(std::uint32_t last) {
  while (!ranges_.empty() && wire::sequenceDistance(ranges_.front().last, last) <= 0) ranges_.pop_front();
  if (!ranges_.empty() && wire::sequenceDistance(ranges_.front().first, last) <= 0) {
    ranges_.front().first = (last + 1) & wire::kSequenceMask;
  }
}

void LossList::giveUpOlderThan(std::int64_t sinceUs) {
  std::erase_if(ranges_, [sinceUs](const Range& range) { return range.sinceUs < sinceUs; });
}

std::vector<wire::SequenceRange> LossList::due(std::int64_t beforeUs, std::int64_t nowUs) {
  std::vector<wire::SequenceRange> found;
  for (Range& range : ranges_) {
    if (range.reportedUs >= beforeUs) continue;
    range.reportedUs = nowUs;
    found.push_back({range.first, range.last});
  }
  return found;
}

std::optional<std::uint32_t> LossList::first() const {
  if (ranges_.empty()) return std::nullopt;
  return ranges_.front().first;
}

}  // namespace peers
