#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace peers {

/// Builds one JSON object on one line.
class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view text);
  JsonObject& add(std::string_view key, const char* text) { return add(key, std::string_view(text)); }
  JsonObject& add(std::string_view key, std::int64_t number);
  JsonObject& add(std::string_view key, std::uint64_t number);
  JsonObject& add(std::string_view key, int number) { return add(key, static_cast<std::int64_t>(number)); }
  JsonObject& add(std::string_view key, bool value);
  /// Nine significant digits; null when it is not a number.
  JsonObject& add(std::string_view key, double number);
  /// `json` is inserted as it is.
  JsonObject& addRaw(std::string_view key, std::string_view json);
  std::string text() const { return "{" + body_ + "}"; }

 private:
  std::string body_;
};

/// Writes the object as one line on stdout and flushes, so that a reader of the pipe sees it at once.
void printLine(const JsonObject& object);

}  // namespace peers
