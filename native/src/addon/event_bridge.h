// Carries events from any thread to JavaScript: one wake in flight, at most Outbox::kMaxBatch events a call.
#pragma once

#include <napi.h>

#include <functional>
#include <mutex>
#include <vector>

#include "core/event.h"

namespace sls::addon {

class EventBridge {
 public:
  using Take = std::function<std::vector<Event>()>;

  // JavaScript thread. Does not keep the process alive.
  EventBridge(Napi::Env env, const Napi::Function& onEvents);
  ~EventBridge() { close(); }
  EventBridge(const EventBridge&) = delete;
  EventBridge& operator=(const EventBridge&) = delete;

  // Where batches come from; before the first wake.
  void setSource(Take take) { take_ = std::move(take); }
  // Any thread.
  void wake();
  // JavaScript thread: no call reaches JavaScript afterwards; idempotent.
  void close();

 private:
  static void onJsThread(napi_env env, napi_value onEvents, void* context, void* data);
  void deliver(Napi::Env env, Napi::Function onEvents);

  Take take_;
  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;  // Guarded by mutex_.
};

}  // namespace sls::addon
