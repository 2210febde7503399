// Decrypts what one publisher sends, and follows its changes of the key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "direct/clock.h"
#include "direct/crypto/cipher.h"
#include "direct/crypto/key_material.h"

namespace sls::direct {

class ReceiveKeys {
 public:
  ReceiveKeys(const KeyPair& keys, const Salt& salt, std::string passphrase, Bytes message);

  // False for packets in the clear too: once there is a key, they are nobody's.
  bool has(KeyFlag flag) const {
    return (flag == KeyFlag::Even && even_.has_value()) || (flag == KeyFlag::Odd && odd_.has_value());
  }
  // has(flag).
  void apply(KeyFlag flag, std::uint32_t seq, Bytes in, MutableBytes out);

  // A key material request outside of the handshake. Returns the answer; empty: none.
  Bytes onRequest(Bytes message, MonoUs nowUs);

 private:
  void take(const KeyPair& keys, const Salt& salt);

  std::string passphrase_;
  std::optional<Cipher> even_;
  std::optional<Cipher> odd_;
  std::vector<std::byte> lastMessage_;
  MonoUs lastUnwrapUs_ = 0;
};

}  // namespace sls::direct
