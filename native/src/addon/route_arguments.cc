// The route table's arguments: tens of thousands of objects, so names are made once and each value is read once.
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "addon/arguments.h"
#include "core/error.h"

namespace sls::addon {
namespace {

constexpr double kMostExact = 9007199254740992.0;  // 2^53.
// What SRTO_PASSPHRASE takes (libsrt docs/API/API-socket-options.md).
constexpr std::size_t kLeastPassphraseBytes = 10;
constexpr std::size_t kMostPassphraseBytes = 79;

class RouteReader {
 public:
  explicit RouteReader(napi_env env) : env_(env) {}

  RouteName readName(napi_value route) {
    RouteName result;
    if (typeOf(route) != napi_object) refuse("route", "an object");
    const std::string role = text(route, role_, "role");
    if (role != "publish" && role != "play") refuse("role", "'publish' or 'play'");
    result.role = role == "publish" ? Role::Publish : Role::Play;
    result.streamId = text(route, streamId_, "streamId");
    return result;
  }

  Route read(napi_value route) {
    RouteName name = readName(route);
    Route result;
    result.role = name.role;
    result.streamId = std::move(name.streamId);
    result.streamKey = text(route, streamKey_, "streamKey");
    const napi_value rules = get(route, rules_);
    if (typeOf(rules) != napi_undefined) result.rules = readRules(rules);
    return result;
  }

 private:
  RulesPtr readRules(napi_value rules) {
    if (typeOf(rules) != napi_object) refuse("rules", "an object");
    auto result = std::make_shared<RouteRules>();
    result->passphrase = text(rules, passphrase_, "passphrase");
    const std::size_t length = result->passphrase.size();
    if (length != 0 && (length < kLeastPassphraseBytes || length > kMostPassphraseBytes)) {
      refuse("passphrase", "none, or 10 to 79 bytes");
    }
    result->networks = networks(get(rules, networks_));
    result->maxPlayers = static_cast<int>(number(rules, maxPlayers_, "maxPlayers", kMostInteger));
    result->maxRateKbps = static_cast<int>(number(rules, maxRateKbps_, "maxRateKbps", kMostInteger));
    result->rateGraceMs = static_cast<int>(number(rules, rateGraceMs_, "rateGraceMs", kMostInteger));
    result->tokenSubject = text(rules, tokenSubject_, "tokenSubject");
    result->isTokenRequired = boolean(rules, isTokenRequired_, "isTokenRequired");
    result->tokensNotBeforeS =
        static_cast<std::int64_t>(number(rules, tokensNotBeforeS_, "tokensNotBeforeS", kMostExact));
    return result;
  }

  NetworkSet networks(napi_value value) {
    std::uint32_t length = 0;
    if (napi_get_array_length(env_, value, &length) != napi_ok) refuse("networks", "an array");
    std::vector<std::string> texts;
    for (std::uint32_t i = 0; i < length; ++i) {
      napi_value element = nullptr;
      check(napi_get_element(env_, value, i, &element));
      texts.push_back(toText(element, "networks"));
    }
    auto result = NetworkSet::parse(texts);
    if (!result) refuse("networks", "IP addresses and CIDR blocks");
    return std::move(*result);
  }

  std::string text(napi_value object, napi_value key, const char* what) { return toText(get(object, key), what); }

  std::string toText(napi_value value, const char* what) {
    std::size_t length = 0;
    if (napi_get_value_string_utf8(env_, value, buffer_.data(), buffer_.size(), &length) != napi_ok) {
      refuse(what, "a string");
    }
    // Cut, as it seems: the rest is what the slow way is for.
    if (length + kLongestCharacter >= buffer_.size()) return Napi::String(env_, value).Utf8Value();
    return {buffer_.data(), length};
  }

  double number(napi_value object, napi_value key, const char* what, double most) {
    double value = -1;
    const napi_status status = napi_get_value_double(env_, get(object, key), &value);
    if (status != napi_ok || value < 0 || value > most || std::floor(value) != value) {
      refuse(what, ("a whole number from 0 to " + std::to_string(static_cast<std::int64_t>(most))).c_str());
    }
    return value;
  }

  bool boolean(napi_value object, napi_value key, const char* what) {
    bool value = false;
    if (napi_get_value_bool(env_, get(object, key), &value) != napi_ok) refuse(what, "true or false");
    return value;
  }

  napi_value get(napi_value object, napi_value key) {
    napi_value value = nullptr;
    check(napi_get_property(env_, object, key, &value));
    return value;
  }

  napi_valuetype typeOf(napi_value value) {
    napi_valuetype type = napi_undefined;
    check(napi_typeof(env_, value, &type));
    return type;
  }

  // A getter may have thrown.
  void check(napi_status status) const {
    if (status != napi_ok) throw Napi::Error::New(env_);
  }

  [[noreturn]] static void refuse(const std::string& what, const char* expected) {
    throw EngineError("ENGINE_ARGUMENT", what + ": expected " + expected);
  }

  napi_value key(const char* name) const { return Napi::String::New(env_, name); }

  static constexpr double kMostInteger = 2147483647.0;
  static constexpr std::size_t kLongestCharacter = 4;
  napi_env env_;  // Passed by argument.
  napi_value role_ = key("role");
  napi_value streamId_ = key("streamId");
  napi_value streamKey_ = key("streamKey");
  napi_value rules_ = key("rules");
  napi_value passphrase_ = key("passphrase");
  napi_value networks_ = key("networks");
  napi_value maxPlayers_ = key("maxPlayers");
  napi_value maxRateKbps_ = key("maxRateKbps");
  napi_value rateGraceMs_ = key("rateGraceMs");
  napi_value tokenSubject_ = key("tokenSubject");
  napi_value isTokenRequired_ = key("isTokenRequired");
  napi_value tokensNotBeforeS_ = key("tokensNotBeforeS");
  std::array<char, 2048> buffer_;
};

}  // namespace

namespace {

template <typename Read>
auto readAll(const Napi::Value& value, Read read) {
  if (!value.IsArray()) throw EngineError("ENGINE_ARGUMENT", "routes: expected an array");
  const auto array = value.As<Napi::Array>();
  const std::uint32_t length = array.Length();
  RouteReader reader(value.Env());
  std::vector<decltype(read(reader, napi_value{}))> result;
  result.reserve(length);
  for (std::uint32_t i = 0; i < length; ++i) {
    const Napi::HandleScope scope(value.Env());
    result.push_back(read(reader, array.Get(i)));
  }
  return result;
}

}  // namespace

std::vector<Route> toRoutes(const Napi::Value& value) {
  return readAll(value, [](RouteReader& reader, napi_value route) { return reader.read(route); });
}

std::vector<RouteName> toRouteNames(const Napi::Value& value) {
  return readAll(value, [](RouteReader& reader, napi_value route) { return reader.readName(route); });
}

}  // namespace sls::addon
