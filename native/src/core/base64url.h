// base64url without padding, as JOSE has it (RFC 4648 section 5, RFC 7515 section 2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sls {

// Strict, so that no two texts decode to the same bytes. Empty: padding, white space or any other foreign
// character, an impossible length, or unused bits that are set.
std::optional<std::string> decodeBase64Url(std::string_view text);

}  // namespace sls
