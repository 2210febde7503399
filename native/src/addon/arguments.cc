#include "addon/arguments.h"

#include <cmath>
#include <utility>

#include "core/error.h"

namespace sls::addon {
namespace {

[[noreturn]] void refuse(const std::string& what, const char* expected) {
  throw EngineError("ENGINE_ARGUMENT", what + ": expected " + expected);
}

Napi::Object toObject(const Napi::Value& value, const char* what) {
  if (!value.IsObject()) refuse(what, "an object");
  return value.As<Napi::Object>();
}

std::string text(const Napi::Object& object, const char* name) { return toString(object.Get(name), name); }

int integer(const Napi::Object& object, const char* name, int least, int most) {
  const Napi::Value value = object.Get(name);
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (std::floor(number) != number || number < least || number > most) {
    throw EngineError("ENGINE_ARGUMENT", std::string(name) + ": expected a whole number from " + std::to_string(least) +
                                             " to " + std::to_string(most));
  }
  return static_cast<int>(number);
}

bool boolean(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (!value.IsBoolean()) refuse(name, "true or false");
  return value.As<Napi::Boolean>().Value();
}

Role role(const Napi::Object& object) {
  const std::string name = text(object, "role");
  if (name == "publish") return Role::Publish;
  if (name == "play") return Role::Play;
  refuse("role", "'publish' or 'play'");
}

constexpr int kDayMs = 86'400'000;
constexpr int kMostUses = 1'000'000'000;

}  // namespace

std::string toString(const Napi::Value& value, const char* what) {
  if (!value.IsString()) refuse(what, "a string");
  return value.As<Napi::String>().Utf8Value();
}

std::uint64_t toCount(const Napi::Value& value, const char* what) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (number < 0 || number > 9007199254740992.0 || std::floor(number) != number) {
    refuse(what, "a whole number from 0 to 2^53");
  }
  return static_cast<std::uint64_t>(number);
}

EngineSpec toEngineSpec(const Napi::Value& value) {
  const Napi::Object object = toObject(value, "engine spec");
  EngineSpec spec;
  spec.transport = text(object, "transport");
  spec.relayMode = text(object, "relayMode");
  spec.workerCount = integer(object, "workerCount", 1, 100);
  spec.maxConnections = integer(object, "maxConnections", 1, 1'000'000);
  spec.ringBytes = static_cast<std::size_t>(integer(object, "ringBytes", 1 << 14, 1 << 30));
  spec.snapshotIntervalMs = integer(object, "snapshotIntervalMs", 10, 60'000);
  spec.egressBatchMs = integer(object, "egressBatchMs", 0, 50);
  spec.isPlayerLatencyFloor = boolean(object, "isPlayerLatencyFloor");
  spec.maxRexmitPercent = integer(object, "maxRexmitPercent", 0, 1000);
  spec.udpSend = text(object, "udpSend");
  if (spec.udpSend != "segment" && spec.udpSend != "batch" && spec.udpSend != "single") {
    refuse("udpSend", "'segment', 'batch' or 'single'");
  }
  spec.isPortShared = boolean(object, "isPortShared");
  return spec;
}

ListenerPolicy toListenerPolicy(const Napi::Value& value) {
  const Napi::Object object = toObject(value, "listener policy");
  ListenerPolicy policy;
  policy.latencyMaxMs = integer(object, "latencyMaxMs", 0, kDayMs);
  policy.idleTimeoutMs = integer(object, "idleTimeoutMs", -1, kDayMs);
  policy.lingerMs = integer(object, "lingerMs", 0, kDayMs);
  policy.takeoverAfterMs = integer(object, "takeoverAfterMs", -1, kDayMs);
  const std::string approval = text(object, "approval");
  if (approval != "ask" && approval != "granted") refuse("approval", "'granted' or 'ask'");
  policy.askApproval = approval == "ask";
  policy.approvalTimeoutMs = integer(object, "approvalTimeoutMs", 1, kDayMs);
  return policy;
}

ListenerSpec toListenerSpec(const Napi::Value& value) {
  const Napi::Object object = toObject(value, "listener spec");
  ListenerSpec spec;
  spec.policy = toListenerPolicy(object);
  spec.name = text(object, "name");
  spec.role = role(object);
  spec.host = text(object, "host");
  spec.port = integer(object, "port", 1, 65535);
  spec.backlog = integer(object, "backlog", 1, 65535);
  spec.latencyMinMs = integer(object, "latencyMinMs", 0, 60'000);
  spec.lossMaxTtlPackets = integer(object, "lossMaxTtlPackets", 0, 100'000);
  spec.reorderTolerant = boolean(object, "reorderTolerant");
  spec.passphrase = text(object, "passphrase");
  spec.keyLengthBytes = integer(object, "keyLengthBytes", 0, 32);
  return spec;
}

TokenSpec toTokenSpec(const Napi::Value& value) {
  const Napi::Object object = toObject(value, "token spec");
  TokenSpec spec;
  spec.secret = text(object, "secret");
  const Napi::Value used = object.Get("used");
  if (!used.IsArray()) refuse("used", "an array");
  const auto array = used.As<Napi::Array>();
  spec.used.reserve(array.Length());
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::HandleScope scope(value.Env());
    const Napi::Object use = toObject(array.Get(i), "token use");
    spec.used.push_back({text(use, "tokenId"), integer(use, "useCount", 0, kMostUses),
                         static_cast<std::int64_t>(toCount(use.Get("expiresAtS"), "expiresAtS"))});
  }
  return spec;
}

}  // namespace sls::addon
