#include "core/flat_json.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using sls::FlatJson;
using sls::JsonOther;
using sls::JsonValue;
using sls::parseFlatJson;

namespace {

JsonValue text(std::string value) { return {std::move(value)}; }

JsonValue integer(std::int64_t value) { return {value}; }

// The value of the only member, from its JSON text.
std::optional<JsonValue> valueOf(std::string_view json) {
  const auto object = parseFlatJson("{\"a\":" + std::string(json) + "}");
  if (!object)
    return std::nullopt;
  REQUIRE(object->size() == 1);
  return object->at("a");
}

std::string nested(int depth, std::string_view open, std::string_view close) {
  std::string json;
  for (int i = 0; i < depth; ++i)
    json += open;
  json += "1";
  for (int i = 0; i < depth; ++i)
    json += close;
  return json;
}

} // namespace

TEST_CASE("flat JSON: reads members of every type") {
  const auto object = parseFlatJson(
      R"({"s":"x","i":-7,"t":true,"f":false,"n":null,"d":1.5,"o":{"p":1},"l":[1,"2"]})");
  REQUIRE(object);
  CHECK(*object == FlatJson{{"s", text("x")},
                            {"i", integer(-7)},
                            {"t", {true}},
                            {"f", {false}},
                            {"n", JsonOther{}},
                            {"d", JsonOther{}},
                            {"o", JsonOther{}},
                            {"l", JsonOther{}}});
}

TEST_CASE("flat JSON: white space may stand between all parts") {
  CHECK(parseFlatJson("{}") == FlatJson{});
  CHECK(parseFlatJson(" \t\r\n{ \t\r\n} \t\r\n") == FlatJson{});
  CHECK(parseFlatJson("\r\n{ \"a\" :\t1\n, \"b\"\r: [ 1 , { } , [ ] ] } ") ==
        FlatJson{{"a", integer(1)}, {"b", JsonOther{}}});
}

TEST_CASE("flat JSON: refuses documents that are not exactly one object") {
  for (const char *json : {"",
                           " ",
                           "{",
                           "}",
                           "[]",
                           "1",
                           "null",
                           "\"a\"",
                           "{}{}",
                           "{}x",
                           "{},",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{,}",
                           "{,\"a\":1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":1;}",
                           "{\"a\":1]",
                           "{a:1}",
                           "{'a':1}",
                           "{1:1}",
                           "{null:1}",
                           "{\"a\"=1}",
                           "{\"a\"::1}",
                           "{\"a\":1,,\"b\":2}",
                           "// x\n{}",
                           "{/**/}",
                           "\xEF\xBB\xBF{}",
                           "{\v}",
                           "{\xC2\xA0}"}) {
    CAPTURE(json);
    CHECK_FALSE(parseFlatJson(json));
  }
  CHECK_FALSE(parseFlatJson(std::string_view("{}\0", 3)));
}

TEST_CASE("flat JSON: refuses every prefix of a good document") {
  const std::string json =
      R"({"a":"\u20ac\n","b":[1.5e3,{"c":null}],"d":true,"e":-12})";
  REQUIRE(parseFlatJson(json));
  for (std::size_t size = 0; size < json.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parseFlatJson(std::string_view(json).substr(0, size)));
  }
}

TEST_CASE("flat JSON: integers up to the limits of 64 bits, other numbers "
          "without their value") {
  CHECK(valueOf("0") == integer(0));
  CHECK(valueOf("-0") == integer(0));
  CHECK(valueOf("10") == integer(10));
  CHECK(valueOf("9223372036854775807") ==
        integer(std::numeric_limits<std::int64_t>::max()));
  CHECK(valueOf("-9223372036854775808") ==
        integer(std::numeric_limits<std::int64_t>::min()));
  for (const char *json :
       {"9223372036854775808", "-9223372036854775809",
        "99999999999999999999999", "1.0", "0.0", "-0.5", "1e0", "1E9", "1e+9",
        "1e-9", "0e0", "1.25e99", "1e999999"}) {
    CAPTURE(json);
    CHECK(valueOf(json) == JsonValue(JsonOther{}));
  }
}

TEST_CASE("flat JSON: refuses malformed numbers and words") {
  for (const char *json :
       {"+1",    "-",         "--1",  "01",   "-01",      "00",
        "1.",    ".5",        "-.5",  "1e",   "1e+",      "1e+-1",
        "1.e1",  "1.5.5",     "0x10", "1_0",  "Infinity", "-Infinity",
        "NaN",   "1 2",       "tru",  "True", "truee",    "nul",
        "nulll", "undefined", "fals", "FALSE"}) {
    CAPTURE(json);
    CHECK_FALSE(valueOf(json));
  }
}

TEST_CASE("flat JSON: every escape") {
  CHECK(valueOf(R"("\"\\\/\b\f\n\r\t")") == text("\"\\/\b\f\n\r\t"));
  CHECK(valueOf(R"("\u0041\u006a\u006A")") == text("Ajj"));
  CHECK(valueOf(R"("\u0000")") == text(std::string(1, '\0')));
  CHECK(valueOf(R"("\u007f\u0080\u07ff\u0800\uffff")") ==
        text("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"));
  CHECK(valueOf(R"("\ud7ff\ue000")") == text("\xED\x9F\xBF\xEE\x80\x80"));
  CHECK(valueOf(R"("\ud800\udc00\uD83D\uDE00\udbff\udfff")") ==
        text("\xF0\x90\x80\x80\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF"));
}

TEST_CASE("flat JSON: refuses malformed escapes and lone surrogates") {
  for (const char *json : {R"("\")",
                           R"("\a")",
                           R"("\'")",
                           R"("\U0041")",
                           R"("\x41")",
                           R"("\u")",
                           R"("\u004")",
                           R"("\u004g")",
                           R"("\u 041")",
                           R"("\u+041")",
                           R"("\u-041")",
                           R"("\u0x41")",
                           R"("\ud800")",
                           R"("\udbffx")",
                           R"("\ud800\n")",
                           R"("\ud800\u0041")",
                           R"("\ud800\ud800")",
                           R"("\udc00")",
                           R"("\udc00\udc00")",
                           R"("\udfff\ud800")",
                           R"("\ud800\udbff")",
                           R"("\ud800\ue000")",
                           R"("\ud800\udc0")",
                           R"("\ud800udc00")"}) {
    CAPTURE(json);
    CHECK_FALSE(valueOf(json));
  }
}

TEST_CASE("flat JSON: strings are UTF-8 without raw control characters") {
  CHECK(valueOf("\"\xC2\xA0\xE2\x82\xAC\xF0\x9F\x98\x80\x7F\"") ==
        text("\xC2\xA0\xE2\x82\xAC\xF0\x9F\x98\x80\x7F"));
  for (const std::string bad : {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80",
                                "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                                "\xF0\x9F\x98", "\n", "\t", "\x01", "\x1F"}) {
    CAPTURE(bad);
    CHECK_FALSE(valueOf('"' + bad + '"'));
    CHECK_FALSE(valueOf("[\"" + bad + "\"]"));
    CHECK_FALSE(parseFlatJson("{\"" + bad + "\":1}"));
  }
  CHECK_FALSE(valueOf(std::string_view("\"\0\"", 3)));
}

TEST_CASE("flat JSON: two members of one name are refused, however they are "
          "written") {
  CHECK_FALSE(parseFlatJson(R"({"alg":1,"alg":1})"));
  CHECK_FALSE(parseFlatJson(R"({"alg":1,"b":2,"\u0061l\u0067":1})"));
  CHECK_FALSE(parseFlatJson(R"({"":1,"":2})"));
  CHECK(parseFlatJson(R"({"alg":1,"Alg":2,"":3,"alg ":4})"));
  CHECK(parseFlatJson(R"({"a":{"b":1,"b":2},"b":3})"));
}

TEST_CASE("flat JSON: nested values are checked as they are skipped") {
  for (const char *json :
       {"[]", "{}", "[[],{}]", "[1,2]", R"({"a":{"a":[{"b":null}]},"c":"]}"})",
        R"(["\"]"])"}) {
    CAPTURE(json);
    CHECK(valueOf(json) == JsonValue(JsonOther{}));
  }
  for (const char *json :
       {"[", "]", "[}", "{]", "[1,]", "[,]", "[1 2]", R"({"a":1,})", R"({"a"})",
        "{1:2}", "[01]", "[tru]", R"(["\x"])", "[[]", "[]]", R"([{"a":[}]])"}) {
    CAPTURE(json);
    CHECK_FALSE(valueOf(json));
  }
}

TEST_CASE("flat JSON: depth and length are bounded") {
  CHECK(valueOf(nested(sls::kMaxJsonDepth, "[", "]")));
  CHECK_FALSE(valueOf(nested(sls::kMaxJsonDepth + 1, "[", "]")));
  CHECK(valueOf(nested(sls::kMaxJsonDepth, "{\"a\":", "}")));
  CHECK_FALSE(valueOf(nested(sls::kMaxJsonDepth + 1, "{\"a\":", "}")));
  CHECK_FALSE(
      parseFlatJson("{\"a\":" + std::string(sls::kMaxJsonBytes - 5, '[')));
  CHECK(parseFlatJson(std::string(sls::kMaxJsonBytes - 2, ' ') + "{}"));
  CHECK_FALSE(parseFlatJson(std::string(sls::kMaxJsonBytes - 1, ' ') + "{}"));
}
