// The first byte says what follows: 'r', a token as it is; anything else, a
// line with the header (none: the usual one) and the payload, which are signed
// here, so that the fuzzer gets past the signature.
#include <cstdint>
#include <string>
#include <string_view>

#include "../../native/sign_token.h"
#include "core/base64url.h"
#include "core/flat_json.h"
#include "core/play_token.h"
#include "core/stream_id.h"
#include "invariant.h"

using namespace sls;

namespace {

constexpr std::string_view kSecret =
    "the secret of the fuzz target, 46 bytes of it.";
constexpr std::string_view kHeader = R"({"alg":"HS256"})";

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string json = "\"";
  for (const char sign : text) {
    const auto byte = static_cast<std::uint8_t>(sign);
    if (byte >= 0x80) {
      json += sign;
    } else {
      json += "\\u00";
      json += kHex[byte >> 4U];
      json += kHex[byte & 0xFU];
    }
  }
  return json + '"';
}

std::string member(std::string_view name, std::int64_t value) {
  return ",\"" + std::string(name) + "\":" + std::to_string(value);
}

bool isTime(std::int64_t seconds) {
  return seconds >= 0 && seconds < std::int64_t{1} << 53;
}

// Written again by a writer that shares nothing with the reader, they are read
// as they were.
void checkRoundTrip(const TokenClaims &claims) {
  const std::string payload =
      "{\"sub\":" + quoted(claims.subject) +
      ",\"jti\":" + quoted(claims.tokenId) + member("iat", claims.issuedAtS) +
      member("exp", claims.expiresAtS) + member("nbf", claims.notBeforeS) +
      member("max", claims.maxUses) + "}";
  const std::string token = test::signToken(kHeader, payload, kSecret);
  const auto again = verifyPlayToken(token, kSecret);
  INVARIANT(again.has_value() == (token.size() <= kMaxPlayTokenBytes));
  if (!again)
    return;
  INVARIANT(again->subject == claims.subject &&
            again->tokenId == claims.tokenId);
  INVARIANT(again->issuedAtS == claims.issuedAtS &&
            again->expiresAtS == claims.expiresAtS);
  INVARIANT(again->notBeforeS == claims.notBeforeS &&
            again->maxUses == claims.maxUses);
  INVARIANT(again->network.isEmpty());
}

void checkAccepted(std::string_view token, const TokenClaims &claims) {
  INVARIANT(token.size() <= kMaxPlayTokenBytes);
  const std::string_view signedPart = token.substr(0, token.rfind('.'));
  INVARIANT(token == std::string(signedPart) + '.' +
                         test::signatureOf(signedPart, kSecret));
  INVARIANT(!claims.subject.empty());
  INVARIANT(claims.tokenId.size() <= 64 &&
            isAcceptableStreamId(claims.tokenId));
  INVARIANT(isTime(claims.issuedAtS) && isTime(claims.expiresAtS) &&
            isTime(claims.notBeforeS));
  INVARIANT(claims.maxUses >= 0 && claims.maxUses <= 1'000'000);
  INVARIANT(!verifyPlayToken(token, std::string(kSecret) + '.'));
  std::string tampered(token);
  tampered[static_cast<std::size_t>(claims.expiresAtS) % tampered.size()] ^= 1;
  INVARIANT(!verifyPlayToken(tampered, kSecret));
  checkRoundTrip(claims);
}

void checkJson(std::string_view text) {
  const auto json = parseFlatJson(text);
  if (!json)
    return;
  INVARIANT(text.size() <= kMaxJsonBytes);
  // White space around it changes nothing; a second object beside it does.
  if (text.size() + 2 <= kMaxJsonBytes)
    INVARIANT(parseFlatJson(' ' + std::string(text) + '\n') == json);
  INVARIANT(!parseFlatJson(std::string(text) + "{}"));
}

void checkBase64Url(std::string_view text) {
  const auto bytes = decodeBase64Url(text);
  if (bytes)
    INVARIANT(test::encodeBase64Url(*bytes) == text);
  INVARIANT(decodeBase64Url(test::encodeBase64Url(text)) == text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  fuzz::Input input(data, size);
  std::string token;
  if (input.byte() == 'r') {
    token = input.rest();
    checkBase64Url(token);
  } else {
    const std::string_view header = input.line();
    checkJson(header);
    checkJson(input.rest());
    token = test::signToken(header.empty() ? kHeader : header, input.rest(),
                            kSecret);
  }
  const auto claims = verifyPlayToken(token, kSecret);
  if (claims)
    checkAccepted(token, *claims);
  return 0;
}
