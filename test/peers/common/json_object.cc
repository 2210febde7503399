#include "common/json_object.h"

#include <cmath>
#include <cstdio>

namespace peers {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

JsonObject& JsonObject::addRaw(std::string_view key, std::string_view json) {
  if (!body_.empty()) body_ += ",";
  body_ += quoted(key);
  body_ += ":";
  body_ += json;
  return *this;
}

JsonObject& JsonObject::add(std::string_view key, std::string_view text) { return addRaw(key, quoted(text)); }

JsonObject& JsonObject::add(std::string_view key, std::int64_t number) { return addRaw(key, std::to_string(number)); }

JsonObject& JsonObject::add(std::string_view key, std::uint64_t number) { return addRaw(key, std::to_string(number)); }

JsonObject& JsonObject::add(std::string_view key, bool value) { return addRaw(key, value ? "true" : "false"); }

JsonObject& JsonObject::add(std::string_view key, double number) {
  if (!std::isfinite(number)) return addRaw(key, "null");
  char text[64];
  std::snprintf(text, sizeof text, "%.9g", number);
  return addRaw(key, text);
}

void printLine(const JsonObject& object) {
  const std::string line = object.text() + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

}  // namespace peers
