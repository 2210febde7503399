// The Engine object of JavaScript: checks arguments, converts, calls the core; the one place that catches.
#pragma once

#include <napi.h>

#include <memory>

#include "addon/event_bridge.h"
#include "core/engine.h"

namespace sls::addon {

class EngineBinding : public Napi::ObjectWrap<EngineBinding> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit EngineBinding(const Napi::CallbackInfo& info);
  ~EngineBinding() override;

 private:
  Napi::Value open(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  Napi::Value configure(const Napi::CallbackInfo& info);
  Napi::Value setRoutes(const Napi::CallbackInfo& info);
  Napi::Value changeRoutes(const Napi::CallbackInfo& info);
  Napi::Value setTokens(const Napi::CallbackInfo& info);
  Napi::Value decide(const Napi::CallbackInfo& info);
  Napi::Value kick(const Napi::CallbackInfo& info);
  Napi::Value tap(const Napi::CallbackInfo& info);
  Napi::Value tapTotals(const Napi::CallbackInfo& info);
  Napi::Value snapshot(const Napi::CallbackInfo& info);
  Napi::Value drain(const Napi::CallbackInfo& info);
  Napi::Value stop(const Napi::CallbackInfo& info);

  // The environment ends before the object does: stops everything.
  static void onEnvironmentEnd(void* self);

  // Owned. The bridge outlives the engine, whose threads wake it; a running stop() shares both.
  std::shared_ptr<EventBridge> bridge_;
  std::shared_ptr<Engine> engine_;
  bool hasCleanupHook_ = false;
};

}  // namespace sls::addon
