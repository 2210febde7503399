#include "core/base64url.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "sign_token.h"

using sls::decodeBase64Url;
using sls::test::encodeBase64Url;

TEST_CASE("base64url: decodes the examples of RFC 4648 section 10 and RFC 7515 "
          "appendix C") {
  CHECK(decodeBase64Url("") == "");
  CHECK(decodeBase64Url("Zg") == "f");
  CHECK(decodeBase64Url("Zm8") == "fo");
  CHECK(decodeBase64Url("Zm9v") == "foo");
  CHECK(decodeBase64Url("Zm9vYg") == "foob");
  CHECK(decodeBase64Url("Zm9vYmE") == "fooba");
  CHECK(decodeBase64Url("Zm9vYmFy") == "foobar");
  CHECK(decodeBase64Url("A-z_4ME") == "\x03\xEC\xFF\xE0\xC1");
}

TEST_CASE("base64url: bytes of every length come back from the encoded text") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(decodeBase64Url(encodeBase64Url(bytes)) == bytes);
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(i * 167)));
  }
}

TEST_CASE("base64url: exactly 64 characters are known") {
  const std::string_view known =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int sign = 0; sign < 256; ++sign) {
    std::string text = "AAAA";
    text[1] = static_cast<char>(static_cast<std::uint8_t>(sign));
    CAPTURE(sign);
    CHECK(decodeBase64Url(text).has_value() ==
          (known.find(text[1]) != std::string_view::npos));
  }
}

TEST_CASE("base64url: refuses padding, white space, the other alphabet and "
          "impossible lengths") {
  for (const char *text : {"A", "AAAAA", "Zg=", "Zg==", "Zm8=", "=", "Zm9v\n",
                           " Zm9v", "Zm9v=", "+z4A", "/z4A", "Z.g"}) {
    CAPTURE(text);
    CHECK_FALSE(decodeBase64Url(text));
  }
}

TEST_CASE("base64url: unused bits are zero, so that no two texts mean the same "
          "bytes") {
  const std::string_view signs =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::set<std::string> ofTwo;
  std::set<std::string> ofThree;
  for (const char sign : signs) {
    if (const auto bytes = decodeBase64Url(std::string("Z") + sign))
      CHECK(ofTwo.insert(*bytes).second);
    if (const auto bytes = decodeBase64Url(std::string("Zm") + sign))
      CHECK(ofThree.insert(*bytes).second);
  }
  CHECK(ofTwo.size() == 4);    // Two of the six bits count.
  CHECK(ofThree.size() == 16); // Four do.
}
