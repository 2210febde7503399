// Stops what still runs when the process ends and its JavaScript environments do not: process.exit() runs no cleanup
// hooks, and statics, libsrt's among them, must not be destroyed beneath running threads. libsrt 1.5 can even hang
// there: its garbage collector closes listeners with locks in the other order than a listener that is called.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "core/engine.h"

namespace sls::addon {

class LiveEngines {
 public:
  // Any thread. After the engine was made, so that the statics that it uses are older than ours and outlive it.
  static void add(const std::shared_ptr<Engine>& engine);

 private:
  LiveEngines() = default;
  ~LiveEngines();

  std::mutex mutex_;
  std::vector<std::weak_ptr<Engine>> engines_;  // Guarded by mutex_.
};

}  // namespace sls::addon
