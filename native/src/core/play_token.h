// Reads the play token a player sent (untrusted bytes): a compact JWT (RFC 7515, RFC 7519), HS256 (RFC 7518 3.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/network_set.h"

namespace sls {

// A token comes in a stream ID, which is no longer (SRTO_STREAMID).
inline constexpr std::size_t kMaxPlayTokenBytes = 512;
// A shorter secret verifies nothing (RFC 7518 3.2: as long as the hash at least).
inline constexpr std::size_t kMinTokenSecretBytes = 32;

struct TokenClaims {
  std::string subject;          // `sub`, not empty.
  std::string tokenId;          // `jti`, 1…64 bytes.
  std::int64_t issuedAtS = 0;   // `iat`, Unix seconds; 0 = not given.
  std::int64_t expiresAtS = 0;  // `exp`, Unix seconds.
  int maxUses = 0;              // `max`, 0…1 000 000; 0 = no limit.
  NetworkSet network;           // `net`, one address or CIDR block; empty = from everywhere.
  std::int64_t notBeforeS = 0;  // `nbf`, Unix seconds; 0 = not given.
};

// Verifies the signature, in constant time, before anything of the payload is read. Empty: not signed with `secret`,
// a header other than plain HS256 (`crit`, `b64`: false), or claims that are missing, of a wrong type or out of
// range; unknown claims are ignored. Judges neither time nor uses nor address. Pure.
std::optional<TokenClaims> verifyPlayToken(std::string_view jwt, std::string_view secret);

}  // namespace sls
