// Remembers for a while what was sent again, so that a request that crossed the answer is not answered twice.
#pragma once

#include <cstddef>
#include <vector>

#include "direct/clock.h"
#include "direct/wire/sequence.h"

namespace sls::direct {

class RecentResends {
 public:
  // False: it was sent again less than `withinUs` ago. True: it is noted as sent now.
  bool note(Position position, MonoUs nowUs, std::int64_t withinUs) {
    // Most players never lose a packet: the table comes with the first one.
    if (entries_.empty()) entries_.resize(kEntries);
    Entry& entry = entries_[static_cast<std::size_t>(position) % kEntries];
    if (entry.position == position && nowUs - entry.atUs < withinUs) return false;
    entry = {position, nowUs};
    return true;
  }

 private:
  // Two of them that share an entry only cost a packet.
  static constexpr std::size_t kEntries = 512;
  struct Entry {
    Position position = -1;
    MonoUs atUs = 0;
  };
  std::vector<Entry> entries_;
};

}  // namespace sls::direct
