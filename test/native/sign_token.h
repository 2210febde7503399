// Makes the play tokens that the tests and the fuzz target check: RFC 7515
// section 7.1, HS256.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sls::test {

inline std::string encodeBase64Url(std::string_view bytes) {
  constexpr std::string_view kSigns =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = at; i < at + 3; ++i) {
      group = group << 8U |
              (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0U);
    }
    const std::size_t signs =
        bytes.size() - at >= 3 ? 4 : bytes.size() - at + 1;
    for (std::size_t i = 0; i < signs; ++i)
      text.push_back(kSigns[group >> (18 - 6 * i) & 0x3FU]);
  }
  return text;
}

inline std::string signatureOf(std::string_view signedPart,
                               std::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char *>(signedPart.data()),
       signedPart.size(), hash.data(), &size);
  return encodeBase64Url({reinterpret_cast<const char *>(hash.data()), size});
}

inline std::string signToken(std::string_view header, std::string_view payload,
                             std::string_view secret) {
  const std::string signedPart =
      encodeBase64Url(header) + '.' + encodeBase64Url(payload);
  return signedPart + '.' + signatureOf(signedPart, secret);
}

} // namespace sls::test
