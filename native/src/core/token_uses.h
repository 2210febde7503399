// How often the play tokens with a limit were used: asked by handshakes, counted when a connection is accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/options.h"
#include "core/text_hash.h"

namespace sls {

class TokenUses {
 public:
  // A token that is known already keeps the greater count.
  void seed(std::span<const TokenUse> used, std::int64_t nowS);
  bool isUsedUp(std::string_view tokenId, int maxUses) const;
  // False: used up, or kMaxTokens are being counted.
  bool take(const std::string& tokenId, int maxUses, std::int64_t expiresAtS, std::int64_t nowS);
  void giveBack(std::string_view tokenId);
  std::size_t size() const;

  // 100 bytes or so each; only who has the key can make one.
  static constexpr std::size_t kMaxTokens = 200'000;
  // Counts outlive their tokens by this, for a wall clock that is set back.
  static constexpr std::int64_t kKeptAfterExpiryS = 3600;

 private:
  struct Count {
    int uses = 0;
    std::int64_t expiresAtS = 0;
  };
  // False: there is no room for another one.
  bool makeRoom(std::int64_t nowS);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Count, TextHash, std::equal_to<>> counts_;  // Guarded by mutex_.
  std::size_t nextPruneSize_ = kLeastPruneSize;                               // Guarded by mutex_.
  static constexpr std::size_t kLeastPruneSize = 1024;
};

}  // namespace sls
