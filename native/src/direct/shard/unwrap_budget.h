// How many passphrases may be tried in a second: each costs a millisecond, and whoever guesses must not be able to buy
// more than a part of a shard, nor turn others away.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

#include "core/socket_address.h"
#include "direct/clock.h"

namespace sls::direct {

class UnwrapBudget {
 public:
  // No address gets more than it leaves to all others: the first that tries too often gets half of all, the next half of
  // the rest, and one that has not tried yet something.
  bool take(const SocketAddress& from, MonoUs nowUs) {
    if (nowUs - sinceUs_ >= 1'000'000) {
      sinceUs_ = nowUs;
      left_ = kPerSecond;
      taken_.clear();
    }
    if (left_ == 0) return false;
    int& taken = taken_[ownerOf(from)];
    if (taken >= left_) return false;
    ++taken;
    --left_;
    return true;
  }

 private:
  static constexpr int kPerSecond = 250;
  using Owner = std::array<std::byte, 16>;

  // A provider hands out whole /64 networks.
  static Owner ownerOf(const SocketAddress& address) {
    const auto bytes = address.bytes();
    constexpr std::array<std::byte, 8> kBeforeMapped{};
    Owner owner{};
    const bool isV4 = std::equal(kBeforeMapped.begin(), kBeforeMapped.end(), bytes.begin());
    std::copy_n(bytes.begin(), isV4 ? owner.size() : owner.size() / 2, owner.begin());
    return owner;
  }

  MonoUs sinceUs_ = 0;
  int left_ = kPerSecond;
  // Each entry has taken at least one, so there are never more than kPerSecond.
  std::map<Owner, int> taken_;
};

}  // namespace sls::direct
