#include "direct/crypto/receive_keys.h"

#include <algorithm>
#include <utility>

namespace sls::direct {
namespace {

// Unwrapping costs a millisecond of CPU; no honest peer changes its key more often than this.
constexpr MonoUs kLeastUnwrapUs = 50'000;

}  // namespace

ReceiveKeys::ReceiveKeys(const KeyPair& keys, const Salt& salt, std::string passphrase, Bytes message)
    : passphrase_(std::move(passphrase)), lastMessage_(message.begin(), message.end()) {
  take(keys, salt);
}

void ReceiveKeys::take(const KeyPair& keys, const Salt& salt) {
  if (!keys.even.isEmpty()) even_.emplace(keys.even, salt);
  if (!keys.odd.isEmpty()) odd_.emplace(keys.odd, salt);
}

void ReceiveKeys::apply(KeyFlag flag, std::uint32_t seq, Bytes in, MutableBytes out) {
  (flag == KeyFlag::Even ? even_ : odd_)->apply(seq, in, out);
}

Bytes ReceiveKeys::onRequest(Bytes message, MonoUs nowUs) {
  // Repeated until it is answered, and the answer may have been lost.
  if (std::ranges::equal(message, lastMessage_)) return lastMessage_;
  if (nowUs - lastUnwrapUs_ < kLeastUnwrapUs) return {};
  lastUnwrapUs_ = nowUs;
  const auto material = parseKeyMaterial(message);
  const auto keys = material ? unwrapKeys(*material, passphrase_) : std::nullopt;
  if (!keys) return {};
  take(*keys, material->salt);
  lastMessage_.assign(message.begin(), message.end());
  return lastMessage_;
}

}  // namespace sls::direct
