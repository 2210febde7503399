#include "core/stream_id.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using sls::isAcceptableStreamId;
using sls::parseStreamId;
using sls::Role;

namespace {

std::string utf8(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

struct Parsed {
  const char* text;
  const char* resource;
  std::optional<Role> role;
};

}  // namespace

TEST_CASE("stream ID: accepts 1 to 512 bytes") {
  CHECK_FALSE(isAcceptableStreamId(""));
  CHECK(isAcceptableStreamId("a"));
  CHECK(isAcceptableStreamId(std::string(512, 'a')));
  CHECK_FALSE(isAcceptableStreamId(std::string(513, 'a')));
}

TEST_CASE("stream ID: a sequence cut off by the 512-byte limit is refused, one that just fits is not") {
  CHECK(isAcceptableStreamId(std::string(508, 'a') + utf8({0xF0, 0x9F, 0x98, 0x80})));
  CHECK_FALSE(isAcceptableStreamId(std::string(509, 'a') + utf8({0xF0, 0x9F, 0x98})));
}

TEST_CASE("stream ID: never reads beyond the end of the view") {
  const std::string whole = utf8({'a', 0xF0, 0x9F, 0x98, 0x80});
  CHECK(isAcceptableStreamId(whole));
  for (std::size_t size = 2; size < whole.size(); ++size) {
    CHECK_FALSE(isAcceptableStreamId(std::string_view(whole).substr(0, size)));
  }
}

TEST_CASE("stream ID: accepts the first and last code point of every UTF-8 class") {
  const std::vector<std::string> good = {
      utf8({0x20}),                    // U+0020, the first that is no control character.
      utf8({0x7E}),                    // U+007E
      utf8({0xC2, 0xA0}),              // U+00A0, the first after C1.
      utf8({0xC3, 0x80}),              // U+00C0
      utf8({0xDF, 0xBF}),              // U+07FF
      utf8({0xE0, 0xA0, 0x80}),        // U+0800
      utf8({0xE0, 0xBF, 0xBF}),        // U+0FFF
      utf8({0xE1, 0x80, 0x80}),        // U+1000
      utf8({0xEC, 0xBF, 0xBF}),        // U+CFFF
      utf8({0xED, 0x80, 0x80}),        // U+D000
      utf8({0xED, 0x9F, 0xBF}),        // U+D7FF
      utf8({0xEE, 0x80, 0x80}),        // U+E000
      utf8({0xEF, 0xBF, 0xBF}),        // U+FFFF
      utf8({0xF0, 0x90, 0x80, 0x80}),  // U+10000
      utf8({0xF0, 0xBF, 0xBF, 0xBF}),  // U+3FFFF
      utf8({0xF1, 0x80, 0x80, 0x80}),  // U+40000
      utf8({0xF3, 0xBF, 0xBF, 0xBF}),  // U+FFFFF
      utf8({0xF4, 0x80, 0x80, 0x80}),  // U+100000
      utf8({0xF4, 0x8F, 0xBF, 0xBF}),  // U+10FFFF
  };
  for (const std::string& text : good) {
    CAPTURE(text);
    CHECK(isAcceptableStreamId(text));
    CHECK(isAcceptableStreamId("a" + text + "z"));
  }
}

TEST_CASE("stream ID: refuses malformed UTF-8 and control characters wherever they stand") {
  const std::vector<std::string> bad = {
      utf8({0x00}),                    // NUL
      utf8({0x1F}),                    // The last of C0.
      utf8({0x7F}),                    // DEL
      utf8({0xC2, 0x80}),              // The first of C1.
      utf8({0xC2, 0x9F}),              // The last of C1.
      utf8({0x80}),                    // A continuation without a lead.
      utf8({0xBF}),                    //
      utf8({0xC0, 0x80}),              // Overlong.
      utf8({0xC0, 0xAF}),              //
      utf8({0xC1, 0xBF}),              //
      utf8({0xC3, 0x28}),              // The continuation is none.
      utf8({0xC3, 0xC0}),              //
      utf8({0xE0, 0x9F, 0xBF}),        // Overlong.
      utf8({0xE1, 0x7F, 0x80}),        //
      utf8({0xE1, 0x80, 0x7F}),        //
      utf8({0xE1, 0x80, 0xC0}),        //
      utf8({0xED, 0xA0, 0x80}),        // U+D800, a surrogate.
      utf8({0xED, 0xBF, 0xBF}),        // U+DFFF
      utf8({0xF0, 0x8F, 0xBF, 0xBF}),  // Overlong.
      utf8({0xF1, 0x80, 0x80, 0x40}),  //
      utf8({0xF1, 0x80, 0xC0, 0x80}),  //
      utf8({0xF4, 0x90, 0x80, 0x80}),  // U+110000
      utf8({0xF5, 0x80, 0x80, 0x80}),  //
      utf8({0xFE}),                    //
      utf8({0xFF}),                    //
      utf8({0xC2}),                    // Cut off.
      utf8({0xE1, 0x80}),              //
      utf8({0xF1, 0x80, 0x80}),        //
  };
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK_FALSE(isAcceptableStreamId(text));
    CHECK_FALSE(isAcceptableStreamId("a" + text));
    CHECK_FALSE(isAcceptableStreamId("a" + text + "z"));
  }
}

TEST_CASE("stream ID: reads every accepted notation") {
  const std::vector<Parsed> table = {
      {"plain", "plain", std::nullopt},
      {"live/stream", "live/stream", std::nullopt},
      {"publish/x", "x", Role::Publish},
      {"play/x", "x", Role::Play},
      {"publish/a/b", "a/b", Role::Publish},
      {"play/play/x", "play/x", Role::Play},
      {"publish/", "publish/", std::nullopt},
      {"play/", "play/", std::nullopt},
      {"Publish/x", "Publish/x", std::nullopt},
      {"/publish/x", "/publish/x", std::nullopt},
      {"#!::r=x", "x", std::nullopt},
      {"#!::r=x,m=publish", "x", Role::Publish},
      {"#!::m=publish,r=x", "x", Role::Publish},
      {"#!::r=x,m=request", "x", Role::Play},
      {"#!::u=me,h=host,r=a/b,s=1,t=stream,m=request", "a/b", Role::Play},
      {"#!::r=a=b", "a=b", std::nullopt},
      {"#!::r=a,r=b", "b", std::nullopt},
      {"#!::r=x,m=publish,m=request", "x", Role::Play},
      {"#!::,,r=x,,", "x", std::nullopt},
      {"#!::noequals,r=x", "x", std::nullopt},
      {"#!::=v,r=x", "x", std::nullopt},
      {"#!::R=y,r=x", "x", std::nullopt},
      {"#!", "#!", std::nullopt},
      {"#!r=x", "#!r=x", std::nullopt},
      {"#", "#", std::nullopt},
      {" #!::r=x", " #!::r=x", std::nullopt},
  };
  for (const Parsed& row : table) {
    CAPTURE(row.text);
    const auto parsed = parseStreamId(row.text);
    REQUIRE(parsed);
    CHECK(parsed->resource == row.resource);
    CHECK(parsed->role == row.role);
  }
}

TEST_CASE("stream ID: refuses '#!:' syntax that names nothing usable") {
  for (const char* text : {"",
                           "#!:",
                           "#!::",
                           "#!::r=",
                           "#!::r",
                           "#!::m=publish",
                           "#!::r=x,m=",
                           "#!::r=x,m=bidirectional",
                           "#!::r=x,m=Publish",
                           "#!::r=x,m=publish ",
                           "#!::r=x,r=",
                           "#!::R=x",
                           "#!:r=x",
                           "#!:{r=x}",
                           "#!:{r=x,m=publish}",
                           "#!::r=x,m=wrong,m=publish",
                           "#!::token",
                           "#!::Token=a",
                           "#!::token=a,m=both",
                           "#!:{token=a}"}) {
    CAPTURE(text);
    CHECK_FALSE(parseStreamId(text));
  }
}

TEST_CASE("stream ID: the resource is a view into the text") {
  const std::string text = "#!::m=request,r=name,u=me";
  const auto parsed = parseStreamId(text);
  REQUIRE(parsed);
  CHECK(parsed->resource.data() == text.data() + text.find("name"));
}

TEST_CASE("stream ID: reads a token, with or without a resource") {
  struct Row {
    const char* text;
    const char* resource;
    const char* token;  // nullptr = none.
  };
  const std::vector<Row> table = {
      {"#!::r=x,token=a.b.c", "x", "a.b.c"}, {"#!::token=a.b.c,r=x,m=request", "x", "a.b.c"},
      {"#!::token=a.b.c", "", "a.b.c"},      {"#!::m=request,token=a", "", "a"},
      {"#!::token=a,token=b", "", "b"},      {"#!::token=a=b", "", "a=b"},
      {"#!::r=x,token=", "x", ""},           {"#!::token=", "", ""},
      {"#!::r=x,Token=a", "x", nullptr},     {"#!::r=token=a", "token=a", nullptr},
      {"play/token=a", "token=a", nullptr},  {"token=a", "token=a", nullptr},
  };
  for (const Row& row : table) {
    CAPTURE(row.text);
    const auto parsed = parseStreamId(row.text);
    REQUIRE(parsed);
    CHECK(parsed->resource == row.resource);
    CHECK(parsed->token == (row.token == nullptr ? std::nullopt : std::optional<std::string_view>(row.token)));
  }
}

TEST_CASE("stream ID: a token is cut out of what is shown, wherever it stands") {
  const std::vector<std::pair<const char*, const char*>> table = {
      {"", ""},
      {"plain", "plain"},
      {"#!::r=x,token=a.b.c", "#!::r=x,token=…"},
      {"#!::token=a.b.c,r=x", "#!::token=…,r=x"},
      {"#!::token=a,token=b,m=request", "#!::token=…,token=…,m=request"},
      {"#!::token=token=a", "#!::token=…"},
      {"#!::token=,r=x", "#!::token=,r=x"},
      {"#!::token=", "#!::token="},
      {"#!:{token=abc,r=x}", "#!:{token=…,r=x}"},
      {"play/x,token=abc", "play/x,token=…"},
      {"tokentoken=abc", "tokentoken=…"},
      {"token=\xFFsecret", "token=…"},
      // In the wrong place.
      {"eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln", "…"},
      {"#!::r=x,tok=eyJhb_-.eyJh.c2ln,m=request", "#!::r=x,tok=…,m=request"},
      {"play/eyJ.a.b/c", "play/…/c"},
      {"eyJ,eyJa.b.c", "eyJ,…"},
      {"eyJa.b", "eyJa.b"},
      {"eyJ", "eyJ"},
      {"#!::token=eyJ,r=eyJa.b.c", "#!::token=…,r=…"},
  };
  for (const auto& [text, shown] : table) {
    CAPTURE(text);
    CHECK(sls::withoutTokens(text) == shown);
  }
}
