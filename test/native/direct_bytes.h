// Bytes written and read as hexadecimal digits.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "direct/wire/packet.h"

namespace sls::direct::test {

// Spaces between the digits are skipped.
inline std::vector<std::byte> fromHex(std::string_view text) {
  std::string digits;
  for (const char letter : text) {
    if (letter != ' ') digits.push_back(letter);
  }
  if (digits.size() % 2 != 0) throw std::invalid_argument("half a byte");
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline std::string toHex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte value : bytes) {
    text.push_back(kDigits[std::to_integer<std::size_t>(value >> 4)]);
    text.push_back(kDigits[std::to_integer<std::size_t>(value & std::byte{15})]);
  }
  return text;
}

inline Bytes bytesOf(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace sls::direct::test
