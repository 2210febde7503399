// Any bytes as a stream ID. What is accepted must be UTF-8 for a decoder that shares nothing with the one tested.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/stream_id.h"
#include "invariant.h"

namespace {

// Decodes bit by bit, encodes again and compares: overlong forms and stray bits cannot survive the round trip.
bool isPlainUtf8(std::string_view text) {
  std::string again;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    std::size_t ones = 0;
    while (ones < 8 && (lead >> (7 - ones) & 1) != 0) ++ones;
    if (ones == 1 || ones > 4) return false;
    const std::size_t length = ones == 0 ? 1 : ones;
    if (i + length > text.size()) return false;
    std::uint32_t point = ones == 0 ? lead : lead & (0xFFU >> (ones + 1));
    for (std::size_t k = 1; k < length; ++k) point = point << 6U | (static_cast<std::uint8_t>(text[i + k]) & 0x3FU);
    i += length;
    if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return false;
    if (point < 0x80) {
      again += static_cast<char>(point);
      continue;
    }
    const std::size_t more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    again += static_cast<char>((0xFF00U >> (more + 1) & 0xFFU) | point >> (6 * more));
    for (std::size_t k = more; k-- > 0;) again += static_cast<char>(0x80U | (point >> (6 * k) & 0x3FU));
  }
  return again == text;
}

bool isInside(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> notAfter;
  return notAfter(whole.data(), part.data()) && notAfter(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool isAcceptable = sls::isAcceptableStreamId(text);
  INVARIANT(isAcceptable == (size >= 1 && size <= sls::kMaxStreamIdBytes && isPlainUtf8(text)));

  // Nothing follows a 'token=' in what is shown but the sign for what was cut out, or the next part.
  const std::string shown = sls::withoutTokens(text);
  for (std::size_t at = shown.find("token="); at != std::string::npos; at = shown.find("token=", at + 1)) {
    const std::string_view after = std::string_view(shown).substr(at + 6);
    INVARIANT(after.empty() || after.front() == ',' || after == "…" || after.starts_with("…,"));
  }

  const auto parsed = sls::parseStreamId(text);
  if (!parsed) {
    INVARIANT(text.empty() || text.starts_with("#!:"));
    return 0;
  }
  INVARIANT(!parsed->resource.empty() || parsed->token);
  INVARIANT(parsed->resource.empty() || isInside(parsed->resource, text));
  INVARIANT(!parsed->token || text.starts_with("#!::"));
  if (parsed->token && !parsed->token->empty()) {
    INVARIANT(isInside(*parsed->token, text));
    INVARIANT(parsed->token->find(',') == std::string_view::npos);
    INVARIANT(text.find("token=" + std::string(*parsed->token)) != std::string_view::npos);
  }
  if (text.starts_with("#!::")) {
    INVARIANT(parsed->resource.find(',') == std::string_view::npos);
    const bool isNamed = text.find("r=" + std::string(parsed->resource)) != std::string_view::npos;
    INVARIANT(parsed->resource.empty() || isNamed);
  } else {
    // Every other notation ends in the resource.
    INVARIANT(text.ends_with(parsed->resource));
    INVARIANT(parsed->role.has_value() == (parsed->resource.size() < text.size()));
  }
  // What is cut out of an acceptable text at ASCII signs is acceptable itself.
  if (isAcceptable && !parsed->resource.empty()) INVARIANT(sls::isAcceptableStreamId(parsed->resource));
  return 0;
}
