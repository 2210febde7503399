// JavaScript values -> the engine's structs. Every property is checked: a wrong one throws ENGINE_ARGUMENT.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/options.h"

namespace sls::addon {

EngineSpec toEngineSpec(const Napi::Value& value);
ListenerSpec toListenerSpec(const Napi::Value& value);
ListenerPolicy toListenerPolicy(const Napi::Value& value);
std::vector<Route> toRoutes(const Napi::Value& value);
std::vector<RouteName> toRouteNames(const Napi::Value& value);
TokenSpec toTokenSpec(const Napi::Value& value);
std::string toString(const Napi::Value& value, const char* what);
// A whole number from 0 to 2^53.
std::uint64_t toCount(const Napi::Value& value, const char* what);

}  // namespace sls::addon
