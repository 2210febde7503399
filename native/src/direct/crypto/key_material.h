// The key material message (draft section 3.2.2) and what it needs: PBKDF2 (RFC 8018) and AES key wrap (RFC 3394).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "direct/wire/packet.h"

namespace sls::direct {

inline constexpr std::size_t kSaltBytes = 16;
inline constexpr std::size_t kMaxKeyBytes = 32;

using Salt = std::array<std::byte, kSaltBytes>;

// A stream encrypting key that wipes itself.
class Key {
 public:
  Key() = default;
  explicit Key(Bytes bytes);  // 16, 24 or 32; throws std::invalid_argument otherwise.
  ~Key();
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  Bytes bytes() const { return Bytes(bytes_).first(size_); }
  std::size_t size() const { return size_; }
  bool isEmpty() const { return size_ == 0; }

 private:
  std::array<std::byte, kMaxKeyBytes> bytes_{};
  std::size_t size_ = 0;
};

// What a message holds before its keys are unwrapped.
struct KeyMaterial {
  KeyFlag keys = KeyFlag::None;  // Even, Odd or Both.
  std::size_t keyBytes = 0;      // 16, 24, 32.
  Salt salt{};
  Bytes wrapped;  // 8 bytes and each key.
};

// Empty: malformed, or another cipher than AES-CTR. The view points into `message`.
std::optional<KeyMaterial> parseKeyMaterial(Bytes message);

// The keys of one message; a key that it does not bring is empty.
struct KeyPair {
  Key even;
  Key odd;
};

// Empty: the passphrase is another one. Costs 2048 rounds of HMAC-SHA1: about a millisecond.
std::optional<KeyPair> unwrapKeys(const KeyMaterial& material, std::string_view passphrase);

// A whole message with the keys that are not empty, of one length. Throws std::runtime_error if OpenSSL fails,
// std::invalid_argument for no key or two lengths.
std::vector<std::byte> wrapKeys(const KeyPair& keys, const Salt& salt, std::string_view passphrase);

// The answer to a message that cannot be used (SRT_KM_STATE in libsrt).
enum class KeyState : std::uint32_t { Unsecured = 0, Securing = 1, Secured = 2, NoSecret = 3, BadSecret = 4 };

// A response that brings a state in place of key material: one word, in the byte order of the machine that libsrt runs
// on, which is little-endian nearly everywhere.
std::array<std::byte, 4> writeKeyState(KeyState state);
// In either byte order. Empty: no such response; a whole key material message is none.
std::optional<KeyState> parseKeyState(Bytes message);

// Random bytes from OpenSSL; throws std::runtime_error if there are none.
void fillRandom(MutableBytes out);

}  // namespace sls::direct
