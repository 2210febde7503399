// Reads one flat JSON object (RFC 8259), as the header and the claims of a JWT are.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sls {

inline constexpr std::size_t kMaxJsonBytes = 4096;
// Objects and arrays inside the object, inside each other.
inline constexpr int kMaxJsonDepth = 16;

// What is well-formed and of no use here: null, an object, an array, a number that has a fraction or an exponent
// or does not fit 64 bits.
struct JsonOther {
  bool operator==(const JsonOther&) const = default;
};
using JsonValue = std::variant<JsonOther, bool, std::int64_t, std::string>;
using FlatJson = std::map<std::string, JsonValue, std::less<>>;

// Strict: what RFC 8259 forbids is refused, and so are malformed UTF-8, an escaped surrogate without its partner,
// and two members of one name (names are compared unescaped; those in nested objects are not compared). Empty:
// refused, or above the limits.
std::optional<FlatJson> parseFlatJson(std::string_view text);

}  // namespace sls
