// The engine's structs -> JavaScript values, field for field as contract.ts has them.
#pragma once

#include <napi.h>

#include "core/event.h"
#include "core/tap.h"

namespace sls::addon {

Napi::Object toJs(Napi::Env env, const Event& event);
Napi::Object toJs(Napi::Env env, const Snapshot& snapshot);
Napi::Object toJs(Napi::Env env, const TapTotals& totals);

}  // namespace sls::addon
