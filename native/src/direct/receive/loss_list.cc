#include "direct/receive/loss_list.h"

#include <algorithm>

namespace sls::direct {

LossList::LossList() { losses_.reserve(32); }

LossList::Iterator LossList::find(Position position) {
  return std::lower_bound(losses_.begin(), losses_.end(), position,
                          [](const Loss& loss, Position wanted) { return loss.last() < wanted; });
}

void LossList::append(Loss loss) {
  // losePatience() counts on it: whoever still waits stands behind whoever was asked for.
  if (!losses_.empty()) loss.patiencePackets = std::max(loss.patiencePackets, losses_.back().patiencePackets);
  losses_.push_back(loss);
}

bool LossList::fill(Position position, MonoUs originUs) {
  const Iterator loss = find(position);
  if (loss == losses_.end() || loss->first > position) return false;
  if (loss->packets == 1) {
    losses_.erase(loss);
    return true;
  }
  if (loss->first == position) {
    ++loss->first;
    --loss->packets;
    return true;
  }
  Loss rest = *loss;
  loss->packets = static_cast<std::uint32_t>(position - loss->first);
  loss->nextOriginUs = originUs;
  rest.packets -= loss->packets + 1;
  rest.first = position + 1;
  if (rest.packets > 0) losses_.insert(loss + 1, rest);
  return true;
}

void LossList::losePatience(MonoUs nowUs, NakList& naks) {
  std::size_t from = losses_.size();
  while (from > 0 && losses_[from - 1].patiencePackets > 0) --from;
  for (std::size_t i = from; i < losses_.size(); ++i) {
    Loss& loss = losses_[i];
    // Patience only grows towards the back, so a full NAK leaves none in front that was overtaken.
    if (loss.patiencePackets == 1 && !naks.add(loss.range())) return;
    if (--loss.patiencePackets == 0) loss.sinceUs = nowUs;
  }
}

void LossList::askAgain(const AskAgain& which, MonoUs nowUs, NakList& naks) {
  for (Loss& loss : losses_) {
    const bool isUrgent = loss.nextOriginUs < which.urgentOriginUs;
    if (loss.sinceUs > (isUrgent ? which.urgentAskedBeforeUs : which.askedBeforeUs)) continue;
    if (!naks.add(loss.range())) return;
    loss.sinceUs = nowUs;
    loss.patiencePackets = 0;
  }
}

}  // namespace sls::direct
