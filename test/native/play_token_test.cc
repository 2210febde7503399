#include "core/play_token.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base64url.h"
#include "core/flat_json.h"
#include "sign_token.h"

using sls::decodeBase64Url;
using sls::parseFlatJson;
using sls::parseIpAddress;
using sls::TokenClaims;
using sls::verifyPlayToken;
using sls::test::encodeBase64Url;
using sls::test::signatureOf;
using sls::test::signToken;

namespace {

constexpr std::string_view kSecret =
    "a secret of more than 32 bytes, only for tests";
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kClaims =
    R"({"sub":"42","jti":"id","iat":1700000000,"exp":1700003600})";

// The key of RFC 7515 appendix A.1.
std::string keyOfRfc() {
  const auto key =
      decodeBase64Url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-"
                      "1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  REQUIRE(key);
  return *key;
}

std::optional<TokenClaims> ofClaims(std::string_view claims) {
  return verifyPlayToken(signToken(kHeader, claims, kSecret), kSecret);
}

std::optional<TokenClaims> ofHeader(std::string_view header) {
  return verifyPlayToken(signToken(header, kClaims, kSecret), kSecret);
}

// The required claims and one more.
std::optional<TokenClaims> with(const std::string &claim) {
  return ofClaims(R"({"sub":"42","jti":"id","exp":1700003600,)" + claim + "}");
}

// The length of the payload that makes the whole token `size` long.
std::string tokenOfSize(std::size_t size) {
  std::string token;
  for (std::size_t fill = 0; token.size() < size; ++fill) {
    token = signToken(kHeader,
                      R"({"sub":"42","jti":"id","exp":1,"fill":")" +
                          std::string(fill, 'x') + "\"}",
                      kSecret);
  }
  return token;
}

} // namespace

TEST_CASE("play token: the signature of RFC 7515 appendix A.1") {
  const std::string signedPart =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmN"
      "vbS9pc19yb290Ijp0cnVlfQ";
  // Proves the signer of these tests; the verifier is proved with it and with
  // tokens of other makers.
  CHECK(signatureOf(signedPart, keyOfRfc()) ==
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  const std::string header = "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}";
  CHECK(encodeBase64Url(header) == signedPart.substr(0, signedPart.find('.')));
  CHECK(verifyPlayToken(signToken(header, kClaims, keyOfRfc()), keyOfRfc()));
  // Rightly signed, but without `sub` and `jti`.
  CHECK_FALSE(verifyPlayToken(
      signedPart + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", keyOfRfc()));
}

TEST_CASE("play token: reads a token made by jose for Node.js") {
  const auto claims =
      verifyPlayToken("eyJhbGciOiJIUzI1NiJ9."
                      "eyJuZXQiOiIxOTIuMC4yLjAvMjQiLCJtYXgiOjMsInN1YiI6IjQyIiwi"
                      "anRpIjoiNFpxMGlWdzJOOHhUIiwiaWF0Ijox"
                      "NzAwMDAwMDAwLCJleHAiOjE3MDAwMDM2MDB9.LLSiY7YuaNxsAq8fHW_"
                      "49DjOSpMZxLXEDhZj8WU0iX4",
                      keyOfRfc());
  REQUIRE(claims);
  CHECK(claims->subject == "42");
  CHECK(claims->tokenId == "4Zq0iVw2N8xT");
  CHECK(claims->issuedAtS == 1'700'000'000);
  CHECK(claims->expiresAtS == 1'700'003'600);
  CHECK(claims->notBeforeS == 0);
  CHECK(claims->maxUses == 3);
  CHECK(claims->network.contains(*parseIpAddress("192.0.2.9")));
  CHECK_FALSE(claims->network.contains(*parseIpAddress("192.0.3.9")));
}

TEST_CASE("play token: reads a token made by Python's hmac and json, with "
          "claims of no concern here") {
  const auto claims = verifyPlayToken(
      "eyJ0eXAiOiAiSldUIiwgImFsZyI6ICJIUzI1NiIsICJraWQiOiAiazEifQ."
      "eyJpc3MiOiAiY2FmXHUwMGU5IiwgImF1ZCI6IFsiYSIsICJiIl0sICJzdWIiOiAiNyIsICJq"
      "dGkiOiAiMGI5ZjZmNGUtNmMxZi00YTQzLTlhNTIt"
      "MWYzYTZhMWY4YTllIiwgImV4cCI6IDE3MDAwMDM2MDAsICJuYmYiOiAxNzAwMDAwMDAwLCAi"
      "ZXh0IjogeyJhIjogWzEsIDIuNSwgbnVsbF19fQ."
      "vxvAUkW5IqqbCFPiRIJWoxBuYbQzUjW9Zy6D3BITGVk",
      keyOfRfc());
  REQUIRE(claims);
  CHECK(claims->subject == "7");
  CHECK(claims->tokenId == "0b9f6f4e-6c1f-4a43-9a52-1f3a6a1f8a9e");
  CHECK(claims->issuedAtS == 0);
  CHECK(claims->notBeforeS == 1'700'000'000);
  CHECK(claims->expiresAtS == 1'700'003'600);
  CHECK(claims->maxUses == 0);
  CHECK(claims->network.isEmpty());
}

TEST_CASE("play token: no byte can be changed, left out or added") {
  const std::string token = signToken(kHeader, kClaims, kSecret);
  REQUIRE(verifyPlayToken(token, kSecret));
  int passed = 0;
  for (std::size_t at = 0; at < token.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      std::string other = token;
      other[at] = static_cast<char>(static_cast<std::uint8_t>(other[at]) ^
                                    static_cast<std::uint8_t>(change));
      if (verifyPlayToken(other, kSecret))
        ++passed;
    }
    for (const char added : {'A', '.', '=', '\0', '\n'}) {
      if (verifyPlayToken(std::string(token).insert(at, 1, added), kSecret))
        ++passed;
    }
    if (verifyPlayToken(std::string(token).erase(at, 1), kSecret))
      ++passed;
    if (verifyPlayToken(token.substr(0, at), kSecret))
      ++passed;
  }
  for (int added = 0; added < 256; ++added) {
    if (verifyPlayToken(token +
                            static_cast<char>(static_cast<std::uint8_t>(added)),
                        kSecret))
      ++passed;
  }
  CHECK(passed == 0);
}

TEST_CASE("play token: another secret verifies nothing, nor does a short one") {
  const std::string token = signToken(kHeader, kClaims, kSecret);
  CHECK_FALSE(verifyPlayToken(token, std::string(kSecret) + "x"));
  CHECK_FALSE(verifyPlayToken(token, kSecret.substr(1)));
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string secret(size, 's');
    CAPTURE(size);
    CHECK(verifyPlayToken(signToken(kHeader, kClaims, secret), secret)
              .has_value() == (size >= 32));
  }
  const std::string withNul =
      std::string(16, 'a') + '\0' + std::string(16, 'b');
  CHECK(verifyPlayToken(signToken(kHeader, kClaims, withNul), withNul));
  CHECK_FALSE(
      verifyPlayToken(signToken(kHeader, kClaims, withNul),
                      std::string(16, 'a') + '\0' + std::string(16, 'c')));
}

TEST_CASE("play token: three parts, all of them there") {
  const std::string token = signToken(kHeader, kClaims, kSecret);
  const std::string header = encodeBase64Url(kHeader);
  const std::string payload = encodeBase64Url(kClaims);
  const auto signedAs = [](const std::string &part) {
    return part + '.' + signatureOf(part, kSecret);
  };
  REQUIRE(signedAs(header + '.' + payload) == token);
  for (const std::string &other : {std::string(),
                                   std::string("."),
                                   std::string(".."),
                                   std::string("..."),
                                   signedAs(header),
                                   signedAs(payload),
                                   signedAs(""),
                                   signedAs("."),
                                   signedAs(header + '.'),
                                   signedAs('.' + payload),
                                   signedAs(header + '.' + payload + '.'),
                                   signedAs('.' + header + '.' + payload),
                                   signedAs(header + ".." + payload),
                                   signedAs(header + '.' + payload + "="),
                                   signedAs(header + "=." + payload),
                                   header + '.' + payload,
                                   header + '.' + payload + '.',
                                   token + '.',
                                   token + ".x",
                                   '.' + token}) {
    CAPTURE(other);
    CHECK_FALSE(verifyPlayToken(other, kSecret));
  }
}

TEST_CASE("play token: HS256 alone, whatever the signature is worth") {
  for (const char *algorithm :
       {"none", "None", "NONE", "", "hs256", "HS256 ", "HS384", "HS512",
        "RS256", "ES256", "PS256", "EdDSA", "HS256\\u0000"}) {
    CAPTURE(algorithm);
    const std::string header =
        std::string(R"({"typ":"JWT","alg":")") + algorithm + "\"}";
    CHECK_FALSE(ofHeader(header));
    CHECK_FALSE(verifyPlayToken(encodeBase64Url(header) + '.' +
                                    encodeBase64Url(kClaims) + '.',
                                kSecret));
  }
  for (const char *header :
       {"{}", R"({"typ":"JWT"})", R"({"alg":256})", R"({"alg":null})",
        R"({"alg":["HS256"]})", R"({"Alg":"HS256"})",
        R"({"alg":"none","alg":"HS256"})",
        R"({"alg":"HS256","\u0061lg":"none"})", R"("HS256")", "", "[]"}) {
    CAPTURE(header);
    CHECK_FALSE(ofHeader(header));
  }
}

TEST_CASE("play token: headers that change the meaning are refused, others "
          "don't matter") {
  for (const char *extra :
       {R"("crit":["exp"])", R"("crit":[])", R"("crit":null)",
        R"("b64":false,"crit":["b64"])", R"("b64":false)", R"("b64":null)",
        R"("b64":"true")", R"("b64":1)"}) {
    CAPTURE(extra);
    CHECK_FALSE(ofHeader(std::string(R"({"alg":"HS256",)") + extra + "}"));
  }
  for (const char *extra :
       {R"("typ":"at+jwt")", R"("typ":null)", R"("kid":"2024-01")",
        R"("cty":"JWT")", R"("b64":true)", R"("jwk":{"kty":"oct","k":"AA"})",
        R"("x5c":["AA"])"}) {
    CAPTURE(extra);
    CHECK(ofHeader(std::string(R"({"alg":"HS256",)") + extra + "}"));
  }
  CHECK(ofHeader(R"({"\u0061lg":"\u0048S256"})"));
}

TEST_CASE("play token: subject, token ID and expiry are required") {
  CHECK(ofClaims(R"({"sub":"42","jti":"id","exp":1})"));
  for (const char *claims : {"{}",
                             "",
                             "[]",
                             "null",
                             R"({"jti":"id","exp":1})",
                             R"({"sub":"42","exp":1})",
                             R"({"sub":"42","jti":"id"})",
                             R"({"sub":"","jti":"id","exp":1})",
                             R"({"sub":42,"jti":"id","exp":1})",
                             R"({"sub":null,"jti":"id","exp":1})",
                             R"({"sub":"42","jti":"","exp":1})",
                             R"({"sub":"42","jti":1,"exp":1})",
                             R"({"sub":"42","jti":"id","exp":"1"})",
                             R"({"sub":"42","jti":"id","exp":null})",
                             R"({"sub":"42","jti":"id","exp":1.5})",
                             R"({"sub":"42","jti":"id","exp":-1})",
                             R"({"sub":"42","jti":"id","exp":true})",
                             R"({"sub":"42","jti":"id","exp":1,"exp":2})",
                             R"({"sub":"1","sub":"42","jti":"id","exp":1})",
                             R"({"sub":"42","jti":"id","exp":1)"}) {
    CAPTURE(claims);
    CHECK_FALSE(ofClaims(claims));
  }
}

TEST_CASE(
    "play token: the token ID has 1 to 64 bytes without control characters") {
  const auto ofId = [](const std::string &id) {
    const auto claims = ofClaims(R"({"sub":"42","exp":1,"jti":")" + id + "\"}");
    return claims ? claims->tokenId : "refused";
  };
  CHECK(ofId("x") == "x");
  CHECK(ofId(std::string(64, 'x')) == std::string(64, 'x'));
  CHECK(ofId(std::string(65, 'x')) == "refused");
  CHECK(ofId("\\u20ac") == "\xE2\x82\xAC");
  CHECK(ofId("a\\u0000b") == "refused");
  CHECK(ofId("a\\nb") == "refused");
  CHECK(ofId("\\u009f") == "refused");
}

TEST_CASE("play token: times are whole seconds that JavaScript can count") {
  const auto largest = with(R"("iat":9007199254740991,"nbf":9007199254740991)");
  REQUIRE(largest);
  CHECK(largest->issuedAtS == 9'007'199'254'740'991);
  CHECK(largest->notBeforeS == 9'007'199'254'740'991);
  CHECK(with(R"("iat":0)"));
  for (const std::string name : {"iat", "nbf"}) {
    for (const char *value : {"9007199254740992", "99999999999999999999", "-1",
                              "1.5", "1e9", "\"1\"", "null", "true", "[]"}) {
      CAPTURE(name);
      CAPTURE(value);
      CHECK_FALSE(with('"' + name + "\":" + value));
    }
  }
  CHECK(ofClaims(R"({"sub":"42","jti":"id","exp":9007199254740991})"));
  CHECK_FALSE(ofClaims(R"({"sub":"42","jti":"id","exp":9007199254740992})"));
}

TEST_CASE("play token: uses from 0 to a million") {
  CHECK(with(R"("max":0)")->maxUses == 0);
  CHECK(with(R"("max":1)")->maxUses == 1);
  CHECK(with(R"("max":1000000)")->maxUses == 1'000'000);
  for (const char *value :
       {"1000001", "4294967297", "-1", "1.0", "\"1\"", "null", "false", "{}"}) {
    CAPTURE(value);
    CHECK_FALSE(with(std::string("\"max\":") + value));
  }
}

TEST_CASE("play token: the network is one address or block") {
  CHECK(with(R"("net":"2001:db8::/32")")
            ->network.contains(*parseIpAddress("2001:db8::1")));
  CHECK(with(R"("net":"192.0.2.1")")
            ->network.contains(*parseIpAddress("::ffff:192.0.2.1")));
  CHECK_FALSE(with(R"("net":"192.0.2.1")")
                  ->network.contains(*parseIpAddress("192.0.2.2")));
  for (const char *value :
       {R"("")", R"("192.0.2.0/33")", R"("192.0.2.1 192.0.2.2")",
        R"(["192.0.2.1"])", "null", "1", R"("192.0.2.1\u0000")"}) {
    CAPTURE(value);
    CHECK_FALSE(with(std::string("\"net\":") + value));
  }
}

TEST_CASE("play token: 512 bytes at most") {
  CHECK(verifyPlayToken(tokenOfSize(511), kSecret));
  const std::string longest = tokenOfSize(512);
  REQUIRE(longest.size() == 512);
  CHECK(verifyPlayToken(longest, kSecret));
  const std::string tooLong = tokenOfSize(513);
  REQUIRE(tooLong.size() > 512);
  CHECK_FALSE(verifyPlayToken(tooLong, kSecret));
}

TEST_CASE("play token: time is for others to judge") {
  CHECK(ofClaims(
      R"({"sub":"42","jti":"id","iat":5,"exp":0,"nbf":9007199254740991})"));
}
