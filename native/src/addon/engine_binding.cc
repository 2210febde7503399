#include "addon/engine_binding.h"

#include <utility>

#include "addon/arguments.h"
#include "addon/live_engines.h"
#include "addon/results.h"
#include "core/error.h"

namespace sls::addon {
namespace {

Napi::Error toJsError(Napi::Env env, const std::string& code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  return error;
}

// Runs `body`; what the core throws becomes a JavaScript error with its code.
template <typename Body>
Napi::Value guarded(Napi::Env env, Body&& body) {
  try {
    return body();
  } catch (const EngineError& error) {
    throw toJsError(env, error.code(), error.what());
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw toJsError(env, "INTERNAL", error.what());
  }
}

// Joins the engine's threads off the JavaScript thread.
class StopWorker final : public Napi::AsyncWorker {
 public:
  StopWorker(Napi::Env env, std::shared_ptr<Engine> engine)
      : AsyncWorker(env, "sls stop"), deferred_(env), engine_(std::move(engine)) {}
  Napi::Promise promise() const { return deferred_.Promise(); }

 private:
  void Execute() override { engine_->stop(); }
  void OnOK() override { deferred_.Resolve(Env().Undefined()); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

  Napi::Promise::Deferred deferred_;
  std::shared_ptr<Engine> engine_;
};

}  // namespace

Napi::Function EngineBinding::define(Napi::Env env) {
  return DefineClass(
      env, "NativeEngine",
      {InstanceMethod<&EngineBinding::open>("open"), InstanceMethod<&EngineBinding::close>("close"),
       InstanceMethod<&EngineBinding::configure>("configure"), InstanceMethod<&EngineBinding::setRoutes>("setRoutes"),
       InstanceMethod<&EngineBinding::changeRoutes>("changeRoutes"),
       InstanceMethod<&EngineBinding::setTokens>("setTokens"), InstanceMethod<&EngineBinding::decide>("decide"),
       InstanceMethod<&EngineBinding::kick>("kick"), InstanceMethod<&EngineBinding::tap>("tap"),
       InstanceMethod<&EngineBinding::tapTotals>("tapTotals"), InstanceMethod<&EngineBinding::snapshot>("snapshot"),
       InstanceMethod<&EngineBinding::drain>("drain"), InstanceMethod<&EngineBinding::stop>("stop")});
}

EngineBinding::EngineBinding(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  guarded(info.Env(), [&]() -> Napi::Value {
    const EngineSpec spec = toEngineSpec(info[0]);
    if (!info[1].IsFunction()) throw EngineError("ENGINE_ARGUMENT", "onEvents: expected a function");
    bridge_ = std::make_shared<EventBridge>(info.Env(), info[1].As<Napi::Function>());
    engine_ = std::make_shared<Engine>(spec, [bridge = bridge_.get()] { bridge->wake(); });
    LiveEngines::add(engine_);
    bridge_->setSource([engine = engine_.get()] { return engine->takeEvents(); });
    // Added after the thread-safe function, so it runs before that is finalized: threads first.
    napi_add_env_cleanup_hook(info.Env(), &EngineBinding::onEnvironmentEnd, this);
    hasCleanupHook_ = true;
    return info.Env().Undefined();
  });
}

EngineBinding::~EngineBinding() {
  if (hasCleanupHook_) napi_remove_env_cleanup_hook(Env(), &EngineBinding::onEnvironmentEnd, this);
  if (bridge_) bridge_->close();
  if (engine_) engine_->stop();
}

void EngineBinding::onEnvironmentEnd(void* self) {
  auto& binding = *static_cast<EngineBinding*>(self);
  binding.hasCleanupHook_ = false;
  binding.bridge_->close();
  binding.engine_->stop();
}

Napi::Value EngineBinding::open(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    engine_->open(toListenerSpec(info[0]));
    return info.Env().Undefined();
  });
}

Napi::Value EngineBinding::close(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&] { return Napi::Boolean::New(info.Env(), engine_->close(toString(info[0], "listenerName"))); });
}

Napi::Value EngineBinding::configure(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const bool isKnown = engine_->configure(toString(info[0], "listenerName"), toListenerPolicy(info[1]));
    return Napi::Boolean::New(info.Env(), isKnown);
  });
}

Napi::Value EngineBinding::setRoutes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    engine_->setRoutes(toCount(info[0], "version"), toRoutes(info[1]));
    return info.Env().Undefined();
  });
}

Napi::Value EngineBinding::changeRoutes(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    engine_->changeRoutes(toCount(info[0], "version"), toRouteNames(info[1]), toRoutes(info[2]));
    return info.Env().Undefined();
  });
}

Napi::Value EngineBinding::setTokens(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    engine_->setTokens(toTokenSpec(info[0]));
    return info.Env().Undefined();
  });
}

Napi::Value EngineBinding::decide(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    const std::string verdict = toString(info[1], "verdict");
    if (verdict != "admit" && verdict != "refuse") {
      throw EngineError("ENGINE_ARGUMENT", "verdict: expected 'admit' or 'refuse'");
    }
    return Napi::Boolean::New(info.Env(), engine_->decide(toCount(info[0], "connectionId"), verdict == "admit"));
  });
}

Napi::Value EngineBinding::kick(const Napi::CallbackInfo& info) {
  return guarded(info.Env(),
                 [&] { return Napi::Boolean::New(info.Env(), engine_->kick(toCount(info[0], "connectionId"))); });
}

Napi::Value EngineBinding::tap(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    Descriptor reader = engine_->tap(toString(info[0], "streamKey"));
    const Napi::Number fd = Napi::Number::New(info.Env(), reader.get());
    reader.release();
    return fd;
  });
}

Napi::Value EngineBinding::tapTotals(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return toJs(info.Env(), engine_->tapTotals()); });
}

Napi::Value EngineBinding::snapshot(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return toJs(info.Env(), engine_->snapshot()); });
}

Napi::Value EngineBinding::drain(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    engine_->drain();
    return info.Env().Undefined();
  });
}

Napi::Value EngineBinding::stop(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    engine_->beginStop();
    auto worker = std::make_unique<StopWorker>(info.Env(), engine_);
    const Napi::Promise promise = worker->promise();
    worker->Queue();
    worker.release();  // NOLINT: an AsyncWorker deletes itself when it is done.
    return promise;
  });
}

}  // namespace sls::addon
