#include "core/stream_id.h"

#include <algorithm>
#include <cstdint>

#include "core/utf8.h"

namespace sls {
namespace {

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
    if (key == "token") request.token = value;
    if (key != "m") continue;
    request.role = roleOfMode(value);
    if (!request.role) return std::nullopt;
  }
  if (request.resource.empty() && !request.token) return std::nullopt;
  return request;
}

// A part of a text that is not to be shown; size 0: there is none from `at` to the end.
struct Secret {
  std::size_t at;
  std::size_t size;
};

// Signs of base64url and the dots between the parts of a JWT (RFC 7515 7.1).
std::size_t jwtRunLength(std::string_view text) {
  constexpr std::string_view kSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return std::min(text.find_first_not_of(kSigns), text.size());
}

Secret findSecret(std::string_view text) {
  constexpr std::string_view kKey = "token=";
  // '{"', as a JWT begins.
  constexpr std::string_view kBegin = "eyJ";
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(kKey)) {
      const std::string_view value = rest.substr(kKey.size());
      const std::size_t size = std::min(value.find(','), value.size());
      if (size > 0) return {at + kKey.size(), size};
    }
    if (!rest.starts_with(kBegin)) continue;
    const std::size_t size = jwtRunLength(rest);
    if (std::ranges::count(rest.substr(0, size), '.') >= 2) return {at, size};
  }
  return {text.size(), 0};
}

}  // namespace

bool isAcceptableStreamId(std::string_view text) {
  if (text.empty() || text.size() > kMaxStreamIdBytes) return false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8SequenceLength(text, at);
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
    return StreamIdRequest{text.substr(kPublish.size()), Role::Publish, std::nullopt};
  }
  if (text.starts_with(kPlay) && text.size() > kPlay.size()) {
    return StreamIdRequest{text.substr(kPlay.size()), Role::Play, std::nullopt};
  }
  return StreamIdRequest{text, std::nullopt, std::nullopt};
}

std::string withoutTokens(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Secret secret = findSecret(text);
    shown.append(text.substr(0, secret.at));
    if (secret.size > 0) shown.append("…");
    text.remove_prefix(secret.at + secret.size);
  }
  return shown;
}

}  // namespace sls
