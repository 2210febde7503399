#include "core/stream_id.h"

#include <cstdint>

namespace sls {
namespace {

// Length of the UTF-8 sequence at `at`, 0 if it is malformed, overlong, a surrogate or above U+10FFFF (RFC 3629).
std::size_t sequenceLength(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (at + length > text.size() || byte(at + 1) < low || byte(at + 1) > high) return 0;
  for (std::size_t i = at + 2; i < at + length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

bool isControl(std::string_view text, std::size_t at, std::size_t length) {
  const auto byte = static_cast<std::uint8_t>(text[at]);
  if (length == 1) return byte < 0x20 || byte == 0x7F;
  return length == 2 && byte == 0xC2 && static_cast<std::uint8_t>(text[at + 1]) < 0xA0;
}

std::optional<Role> roleOfMode(std::string_view mode) {
  if (mode == "publish") return Role::Publish;
  if (mode == "request") return Role::Play;
  return std::nullopt;
}

std::optional<StreamIdRequest> parseKeys(std::string_view rest) {
  StreamIdRequest request;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view pair = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = pair.substr(0, equals);
    const std::string_view value = pair.substr(equals + 1);
    if (key == "r") request.resource = value;
    if (key != "m") continue;
    request.role = roleOfMode(value);
    if (!request.role) return std::nullopt;
  }
  if (request.resource.empty()) return std::nullopt;
  return request;
}

}  // namespace

bool isAcceptableStreamId(std::string_view text) {
  if (text.empty() || text.size() > kMaxStreamIdBytes) return false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequenceLength(text, at);
    if (length == 0 || isControl(text, at, length)) return false;
    at += length;
  }
  return true;
}

std::optional<StreamIdRequest> parseStreamId(std::string_view text) {
  constexpr std::string_view kStandard = "#!::";
  constexpr std::string_view kAnyStandard = "#!:";
  constexpr std::string_view kPublish = "publish/";
  constexpr std::string_view kPlay = "play/";
  if (text.starts_with(kStandard)) return parseKeys(text.substr(kStandard.size()));
  if (text.starts_with(kAnyStandard) || text.empty()) return std::nullopt;
  if (text.starts_with(kPublish) && text.size() > kPublish.size()) {
    return StreamIdRequest{text.substr(kPublish.size()), Role::Publish};
  }
  if (text.starts_with(kPlay) && text.size() > kPlay.size()) {
    return StreamIdRequest{text.substr(kPlay.size()), Role::Play};
  }
  return StreamIdRequest{text, std::nullopt};
}

}  // namespace sls
