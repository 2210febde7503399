// Reads the stream ID a peer sent (untrusted bytes).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/options.h"

namespace sls {

// SRTO_STREAMID holds at most this (libsrt docs/API/API-socket-options.md).
inline constexpr std::size_t kMaxStreamIdBytes = 512;

// True for 1…512 bytes of well-formed UTF-8 (RFC 3629) without control characters (C0, DEL, C1).
bool isAcceptableStreamId(std::string_view text);

// The resource named in one of the accepted notations, and the role it asks for, where it says so.
struct StreamIdRequest {
  std::string_view resource;  // '' = left to the token.
  std::optional<Role> role;
  std::optional<std::string_view> token;
};

// Understands `#!::r=NAME,m=publish|request,token=JWT,…` (SRT access control guidelines; other keys are ignored) and
// `publish/NAME`, `play/NAME`. A text in none of these notations is its own resource. Empty: `#!` syntax
// with neither `r` nor `token`, with a mode other than publish or request, or in the nested `#!:{` form.
// The views point into `text`.
std::optional<StreamIdRequest> parseStreamId(std::string_view text);

// What may be shown of a stream ID: the value of every `token=` in it, up to the next comma, is cut out, and so is
// everything else that looks like a JWT, for a token in the wrong place.
std::string withoutTokens(std::string_view text);

}  // namespace sls
