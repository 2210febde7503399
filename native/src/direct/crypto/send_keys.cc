#include "direct/crypto/send_keys.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sls::direct {
namespace {

// A lost announcement is repeated no sooner than this.
constexpr MonoUs kRepeatUs = 100'000;

}  // namespace

SendKeys::SendKeys(const KeyPair& keys, const Salt& salt, std::string passphrase, KeyRefresh refresh, Position first)
    : keys_(keys), salt_(salt), passphrase_(std::move(passphrase)), refresh_(refresh), since_(first) {
  if (!keys_.even.isEmpty()) even_.emplace(keys_.even, salt_);
  if (!keys_.odd.isEmpty()) odd_.emplace(keys_.odd, salt_);
  if (keys_.even.isEmpty()) current_ = KeyFlag::Odd;
}

KeyFlag SendKeys::apply(Position position, Bytes in, MutableBytes out) {
  const KeyFlag flag = position >= since_ || !cipher(other(current_)) ? current_ : other(current_);
  cipher(flag)->apply(seqOf(position), in, out);
  return flag;
}

Bytes SendKeys::due(Position next, MonoUs nowUs, std::int64_t rttUs) {
  const std::int64_t sent = next - since_;
  if (announcement_.empty()) {
    if (sent < refresh_.everyPackets - refresh_.announcePackets) return {};
    announce();
  }
  if (isAnswered_) {
    if (sent >= refresh_.everyPackets) {
      current_ = other(current_);
      since_ = next;
      announcement_.clear();
    }
    return {};
  }
  if (nowUs - announcedAtUs_ < std::max<MonoUs>(kRepeatUs, rttUs * 3 / 2)) return {};
  announcedAtUs_ = nowUs;
  return announcement_;
}

void SendKeys::onAnswer(Bytes message) {
  isAnswered_ = isAnswered_ || (!announcement_.empty() && std::ranges::equal(message, announcement_));
}

void SendKeys::announce() {
  std::array<std::byte, kMaxKeyBytes> fresh{};
  const MutableBytes bytes = MutableBytes(fresh).first(key(current_).size());
  fillRandom(bytes);
  const KeyFlag next = other(current_);
  key(next) = Key(bytes);
  cipher(next).emplace(key(next), salt_);
  announcement_ = wrapKeys(keys_, salt_, passphrase_);
  isAnswered_ = false;
  announcedAtUs_ = 0;
}

}  // namespace sls::direct
