#include "core/flat_json.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/utf8.h"

namespace sls {
namespace {

bool isDigit(char sign) { return sign >= '0' && sign <= '9'; }

void appendUtf8(std::string& text, std::uint32_t point) {
  const auto append = [&](std::uint32_t byte) { text.push_back(static_cast<char>(static_cast<std::uint8_t>(byte))); };
  const auto appendTail = [&](std::uint32_t bits) { append(0x80U | (bits & 0x3FU)); };
  if (point < 0x80) return append(point);
  if (point < 0x800) {
    append(0xC0U | point >> 6U);
    return appendTail(point);
  }
  if (point < 0x10000) {
    append(0xE0U | point >> 12U);
  } else {
    append(0xF0U | point >> 18U);
    appendTail(point >> 12U);
  }
  appendTail(point >> 6U);
  appendTail(point);
}

// Each read* takes its part off the front; empty or false: malformed, and the reader is of no more use.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<FlatJson> readDocument() {
    FlatJson object;
    skipSpace();
    if (!take('{')) return std::nullopt;
    const auto keep = [&](std::string&& name, JsonValue&& value) {
      return object.try_emplace(std::move(name), std::move(value)).second;
    };
    if (!readMembers(0, keep)) return std::nullopt;
    skipSpace();
    if (!rest_.empty()) return std::nullopt;
    return object;
  }

 private:
  bool take(char sign) {
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool takeWord(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  void skipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size())); }

  // At least one.
  bool skipDigits() {
    const std::string_view before = rest_;
    while (!rest_.empty() && isDigit(rest_.front())) rest_.remove_prefix(1);
    return rest_.size() < before.size();
  }

  // After '{', to its '}'. `depth` counts what is open beside the document's own object.
  template <typename Keep>
  bool readMembers(int depth, Keep keep) {
    skipSpace();
    if (take('}')) return true;
    do {
      skipSpace();
      auto name = readString();
      if (!name) return false;
      skipSpace();
      if (!take(':')) return false;
      auto value = readValue(depth);
      if (!value || !keep(std::move(*name), std::move(*value))) return false;
    } while (take(','));
    return take('}');
  }

  // After '[', to its ']'.
  bool skipElements(int depth) {
    skipSpace();
    if (take(']')) return true;
    do {
      if (!readValue(depth)) return false;
    } while (take(','));
    return take(']');
  }

  // With the white space around it.
  std::optional<JsonValue> readValue(int depth) {
    skipSpace();
    auto value = readBareValue(depth);
    skipSpace();
    return value;
  }

  std::optional<JsonValue> readBareValue(int depth) {
    if (rest_.starts_with('"')) {
      auto text = readString();
      if (!text) return std::nullopt;
      return std::move(*text);
    }
    if (takeWord("true")) return true;
    if (takeWord("false")) return false;
    if (takeWord("null")) return JsonOther{};
    if (!rest_.starts_with('{') && !rest_.starts_with('[')) return readNumber();
    if (depth == kMaxJsonDepth) return std::nullopt;
    const auto drop = [](const std::string&, const JsonValue&) { return true; };
    const bool isWhole = take('{') ? readMembers(depth + 1, drop) : take('[') && skipElements(depth + 1);
    if (!isWhole) return std::nullopt;
    return JsonOther{};
  }

  std::optional<JsonValue> readNumber() {
    const std::string_view before = rest_;
    take('-');
    // No digit may follow a leading zero: the next reader trips over it.
    if (!take('0') && !skipDigits()) return std::nullopt;
    const std::string_view integer = before.substr(0, before.size() - rest_.size());
    bool isInteger = true;
    if (take('.')) {
      isInteger = false;
      if (!skipDigits()) return std::nullopt;
    }
    if (take('e') || take('E')) {
      isInteger = false;
      if (!take('+')) take('-');
      if (!skipDigits()) return std::nullopt;
    }
    std::int64_t value = 0;
    const auto error = std::from_chars(integer.data(), integer.data() + integer.size(), value).ec;
    if (!isInteger || error != std::errc{}) return JsonOther{};
    return value;
  }

  std::optional<std::string> readString() {
    if (!take('"')) return std::nullopt;
    std::string text;
    while (!rest_.empty()) {
      if (take('"')) return text;
      if (take('\\')) {
        if (!readEscape(text)) return std::nullopt;
        continue;
      }
      const std::size_t length = utf8SequenceLength(rest_, 0);
      if (length == 0 || static_cast<std::uint8_t>(rest_.front()) < 0x20) return std::nullopt;
      text.append(rest_.substr(0, length));
      rest_.remove_prefix(length);
    }
    return std::nullopt;
  }

  // After the backslash.
  bool readEscape(std::string& text) {
    constexpr std::string_view kShort = "\"\\/bfnrt";
    constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
    if (take('u')) return readEscapedPoint(text);
    const std::size_t at = rest_.empty() ? std::string_view::npos : kShort.find(rest_.front());
    if (at == std::string_view::npos) return false;
    text.push_back(kMeaning[at]);
    rest_.remove_prefix(1);
    return true;
  }

  // After '\u'; a code point above U+FFFF is a pair of surrogates (RFC 8259 section 7).
  bool readEscapedPoint(std::string& text) {
    const auto first = readHex4();
    if (!first || (*first >= 0xDC00 && *first < 0xE000)) return false;
    if (*first < 0xD800 || *first >= 0xE000) {
      appendUtf8(text, *first);
      return true;
    }
    if (!takeWord("\\u")) return false;
    const auto second = readHex4();
    if (!second || *second < 0xDC00 || *second >= 0xE000) return false;
    appendUtf8(text, 0x10000U + ((*first - 0xD800U) << 10U) + (*second - 0xDC00U));
    return true;
  }

  std::optional<std::uint32_t> readHex4() {
    constexpr std::size_t kDigits = 4;
    if (rest_.size() < kDigits) return std::nullopt;
    std::uint16_t value = 0;
    const char* end = rest_.data() + kDigits;
    // An unsigned from_chars() takes neither sign nor '0x'.
    const auto [stop, error] = std::from_chars(rest_.data(), end, value, 16);
    if (error != std::errc{} || stop != end) return std::nullopt;
    rest_.remove_prefix(kDigits);
    return value;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<FlatJson> parseFlatJson(std::string_view text) {
  if (text.size() > kMaxJsonBytes) return std::nullopt;
  return Reader(text).readDocument();
}

}  // namespace sls
