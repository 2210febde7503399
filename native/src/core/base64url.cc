#include "core/base64url.h"

#include <cstdint>

namespace sls {
namespace {

std::optional<unsigned> sextetOf(char sign) {
  if (sign >= 'A' && sign <= 'Z') return static_cast<unsigned>(sign - 'A');
  if (sign >= 'a' && sign <= 'z') return static_cast<unsigned>(sign - 'a') + 26;
  if (sign >= '0' && sign <= '9') return static_cast<unsigned>(sign - '0') + 52;
  if (sign == '-') return 62;
  if (sign == '_') return 63;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> decodeBase64Url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t pending = 0;
  unsigned pendingBits = 0;
  for (const char sign : text) {
    const auto sextet = sextetOf(sign);
    if (!sextet) return std::nullopt;
    pending = pending << 6U | *sextet;
    pendingBits += 6;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes.push_back(static_cast<char>(static_cast<std::uint8_t>(pending >> pendingBits)));
    pending &= (1U << pendingBits) - 1;
  }
  // Six bits left over: one character alone, which is not even a byte.
  if (pending != 0 || pendingBits == 6) return std::nullopt;
  return bytes;
}

}  // namespace sls
