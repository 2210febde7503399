// AES-CTR of data packets (draft section 6.1.2): the counter starts from the salt and the packet's sequence number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "direct/crypto/key_material.h"
#include "direct/wire/packet.h"

namespace sls::direct {

// One key and its salt, ready for use. Encrypting and decrypting are the same.
class Cipher {
 public:
  // Throws std::runtime_error if OpenSSL fails.
  Cipher(const Key& key, const Salt& salt);
  ~Cipher();
  Cipher(Cipher&& other) noexcept;
  Cipher& operator=(Cipher&& other) noexcept;

  // `out` has in.size() bytes at least, and is either `in` itself or apart from it. Never allocates.
  void apply(std::uint32_t seq, Bytes in, MutableBytes out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sls::direct
