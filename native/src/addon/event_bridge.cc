#include "addon/event_bridge.h"

#include "addon/results.h"

namespace sls::addon {

EventBridge::EventBridge(Napi::Env env, const Napi::Function& onEvents) {
  const napi_value name = Napi::String::New(env, "sls events");
  const napi_status status = napi_create_threadsafe_function(env, onEvents, nullptr, name, 0, 1, nullptr, nullptr, this,
                                                             &EventBridge::onJsThread, &function_);
  if (status != napi_ok) throw Napi::Error::New(env, "cannot create the event function");
  napi_unref_threadsafe_function(env, function_);
}

void EventBridge::wake() {
  const std::scoped_lock lock(mutex_);
  if (function_ == nullptr) return;
  // The outbox wakes only when no wake is in flight, so this queue never holds more than one entry.
  if (napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking) == napi_closing) function_ = nullptr;
}

void EventBridge::close() {
  const std::scoped_lock lock(mutex_);
  if (function_ != nullptr) napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
}

void EventBridge::onJsThread(napi_env env, napi_value onEvents, void* context, void* /*data*/) {
  // Null while the environment is torn down.
  if (env == nullptr || onEvents == nullptr) return;
  static_cast<EventBridge*>(context)->deliver(env, Napi::Function(env, onEvents));
}

void EventBridge::deliver(Napi::Env env, Napi::Function onEvents) {
  const Napi::HandleScope scope(env);
  const std::vector<Event> batch = take_();
  if (batch.empty()) return;
  // Woken again before the call: it must not depend on what JavaScript does, and other work runs in between.
  wake();
  Napi::Array events = Napi::Array::New(env, batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) events.Set(static_cast<std::uint32_t>(i), toJs(env, batch[i]));
  try {
    onEvents.Call({events});
  } catch (const Napi::Error& error) {
    // Not ours to swallow: it becomes an uncaught exception of the process.
    napi_fatal_exception(env, error.Value());
  }
}

}  // namespace sls::addon
