// How a passphrase protects the keys of a stream: PBKDF2 (RFC 8018 5.2) and AES key wrap (RFC 3394).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "direct/crypto/key_material.h"
#include "direct/wire/packet.h"

namespace sls::direct {

// What wrapping adds: the integrity check value.
inline constexpr std::size_t kWrapExtraBytes = 8;

// PBKDF2 with HMAC-SHA1 as draft section 6.1.4 has it: 2048 rounds, the salt's last 8 bytes. `keyBytes`: 16, 24, 32.
// Empty: OpenSSL failed.
std::optional<Key> deriveWrappingKey(std::string_view passphrase, const Salt& salt, std::size_t keyBytes);

// `plain`: 16 bytes at least, in eights; `out`: kWrapExtraBytes more. False: OpenSSL failed.
bool wrapWith(const Key& wrappingKey, Bytes plain, MutableBytes out);
// `out`: kWrapExtraBytes less than `wrapped` at least. False: another key, or altered on its way.
bool unwrapWith(const Key& wrappingKey, Bytes wrapped, MutableBytes out);

}  // namespace sls::direct
