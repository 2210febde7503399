#include "core/token_uses.h"

#include <algorithm>

namespace sls {

void TokenUses::seed(std::span<const TokenUse> used, std::int64_t nowS) {
  const std::scoped_lock lock(mutex_);
  for (const TokenUse& use : used) {
    if (!counts_.contains(use.tokenId) && !makeRoom(nowS)) return;
    Count& count = counts_[use.tokenId];
    count.uses = std::max(count.uses, use.useCount);
    count.expiresAtS = std::max(count.expiresAtS, use.expiresAtS);
  }
}

bool TokenUses::isUsedUp(std::string_view tokenId, int maxUses) const {
  const std::scoped_lock lock(mutex_);
  const auto found = counts_.find(tokenId);
  return found != counts_.end() && found->second.uses >= maxUses;
}

bool TokenUses::take(const std::string& tokenId, int maxUses, std::int64_t expiresAtS, std::int64_t nowS) {
  const std::scoped_lock lock(mutex_);
  if (!counts_.contains(tokenId) && !makeRoom(nowS)) return false;
  Count& count = counts_[tokenId];
  if (count.uses >= maxUses) return false;
  ++count.uses;
  count.expiresAtS = std::max(count.expiresAtS, expiresAtS);
  return true;
}

void TokenUses::giveBack(std::string_view tokenId) {
  const std::scoped_lock lock(mutex_);
  const auto found = counts_.find(tokenId);
  if (found != counts_.end() && found->second.uses > 0) --found->second.uses;
}

std::size_t TokenUses::size() const {
  const std::scoped_lock lock(mutex_);
  return counts_.size();
}

bool TokenUses::makeRoom(std::int64_t nowS) {
  if (counts_.size() < nextPruneSize_) return true;
  std::erase_if(counts_, [nowS](const auto& entry) { return entry.second.expiresAtS + kKeptAfterExpiryS < nowS; });
  // Twice as many as were left, so that looking at all of them is rare.
  nextPruneSize_ = std::clamp(counts_.size() * 2, kLeastPruneSize, kMaxTokens);
  return counts_.size() < kMaxTokens;
}

}  // namespace sls
