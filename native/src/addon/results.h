// The engine's structs -> JavaScript values, field for field as contract.ts has them.
#pragma once

#include <napi.h>

#include "core/event.h"

namespace sls::addon {

Napi::Object toJs(Napi::Env env, const Event& event);
Napi::Object toJs(Napi::Env env, const Snapshot& snapshot);

}  // namespace sls::addon
