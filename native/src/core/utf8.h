// Well-formed UTF-8 (RFC 3629).
#pragma once

#include <cstddef>
#include <string_view>

namespace sls {

// Length of the sequence that begins at `at` (< size), 1…4 bytes; 0 if it is malformed, cut off, overlong, a
// surrogate or above U+10FFFF.
std::size_t utf8SequenceLength(std::string_view text, std::size_t at);

}  // namespace sls
