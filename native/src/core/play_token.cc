#include "core/play_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <span>
#include <utility>
#include <variant>

#include "core/base64url.h"
#include "core/flat_json.h"
#include "core/stream_id.h"

namespace sls {
namespace {

constexpr std::int64_t kMaxUnixS = (std::int64_t{1} << 53) - 1;  // JavaScript counts no further.
constexpr std::int64_t kMaxUses = 1'000'000;
constexpr std::size_t kMaxTokenIdBytes = 64;
constexpr std::size_t kHashBytes = 32;

// RFC 7515 section 7.1. The views point into the token.
struct Parts {
  std::string_view signedPart;
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

std::optional<Parts> split(std::string_view jwt) {
  const std::size_t first = jwt.find('.');
  const std::size_t last = jwt.rfind('.');
  if (first == last) return std::nullopt;
  // A third dot stays in the payload, where it is no base64url.
  return Parts{jwt.substr(0, last), jwt.substr(0, first), jwt.substr(first + 1, last - first - 1),
               jwt.substr(last + 1)};
}

bool isSignedWith(std::string_view secret, const Parts& parts) {
  const auto signature = decodeBase64Url(parts.signature);
  if (!signature || signature->size() != kHashBytes) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int hashBytes = 0;
  const auto* message = reinterpret_cast<const unsigned char*>(parts.signedPart.data());
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), message, parts.signedPart.size(), hash.data(),
           &hashBytes) == nullptr) {
    return false;
  }
  return hashBytes == kHashBytes && CRYPTO_memcmp(signature->data(), hash.data(), kHashBytes) == 0;
}

const JsonValue* find(const FlatJson& object, std::string_view name) {
  const auto at = object.find(name);
  return at == object.end() ? nullptr : &at->second;
}

std::optional<FlatJson> decode(std::string_view part) {
  const auto text = decodeBase64Url(part);
  return text ? parseFlatJson(*text) : std::nullopt;
}

// RFC 7515 section 4.1.11: an extension that must be understood is understood by nobody here. RFC 7797: `b64`.
bool isPlainHs256(const FlatJson& header) {
  const JsonValue* algorithm = find(header, "alg");
  const JsonValue* isEncoded = find(header, "b64");
  if (algorithm == nullptr || *algorithm != JsonValue(std::string("HS256"))) return false;
  return find(header, "crit") == nullptr && (isEncoded == nullptr || *isEncoded == JsonValue(true));
}

// `fallback` where the claim is missing. Empty: of another type or out of range.
std::optional<std::int64_t> integerClaim(const FlatJson& claims, std::string_view name, std::int64_t max,
                                         std::optional<std::int64_t> fallback) {
  const JsonValue* value = find(claims, name);
  if (value == nullptr) return fallback;
  const auto* integer = std::get_if<std::int64_t>(value);
  if (integer == nullptr || *integer < 0 || *integer > max) return std::nullopt;
  return *integer;
}

const std::string* textClaim(const FlatJson& claims, std::string_view name) {
  const JsonValue* value = find(claims, name);
  return value == nullptr ? nullptr : std::get_if<std::string>(value);
}

std::optional<NetworkSet> networkClaim(const FlatJson& claims) {
  if (find(claims, "net") == nullptr) return NetworkSet();
  const std::string* network = textClaim(claims, "net");
  return network == nullptr ? std::nullopt : NetworkSet::parse(std::span(network, 1));
}

// Token IDs go to logs and into the database, so they hold no control characters.
bool isAcceptableTokenId(const std::string& tokenId) {
  return tokenId.size() <= kMaxTokenIdBytes && isAcceptableStreamId(tokenId);
}

std::optional<TokenClaims> readClaims(const FlatJson& claims) {
  const std::string* subject = textClaim(claims, "sub");
  const std::string* tokenId = textClaim(claims, "jti");
  const auto issuedAtS = integerClaim(claims, "iat", kMaxUnixS, 0);
  const auto notBeforeS = integerClaim(claims, "nbf", kMaxUnixS, 0);
  const auto expiresAtS = integerClaim(claims, "exp", kMaxUnixS, std::nullopt);
  const auto maxUses = integerClaim(claims, "max", kMaxUses, 0);
  auto network = networkClaim(claims);
  if (subject == nullptr || subject->empty() || tokenId == nullptr || !isAcceptableTokenId(*tokenId)) {
    return std::nullopt;
  }
  if (!issuedAtS || !notBeforeS || !expiresAtS || !maxUses || !network) return std::nullopt;
  return TokenClaims{.subject = *subject,
                     .tokenId = *tokenId,
                     .issuedAtS = *issuedAtS,
                     .expiresAtS = *expiresAtS,
                     .maxUses = static_cast<int>(*maxUses),
                     .network = std::move(*network),
                     .notBeforeS = *notBeforeS};
}

}  // namespace

std::optional<TokenClaims> verifyPlayToken(std::string_view jwt, std::string_view secret) {
  if (secret.size() < kMinTokenSecretBytes || jwt.size() > kMaxPlayTokenBytes) return std::nullopt;
  const auto parts = split(jwt);
  if (!parts || !isSignedWith(secret, *parts)) return std::nullopt;
  const auto header = decode(parts->header);
  if (!header || !isPlainHs256(*header)) return std::nullopt;
  const auto claims = decode(parts->payload);
  return claims ? readClaims(*claims) : std::nullopt;
}

}  // namespace sls
