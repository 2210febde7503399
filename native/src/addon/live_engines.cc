#include "addon/live_engines.h"

namespace sls::addon {

void LiveEngines::add(const std::shared_ptr<Engine>& engine) {
  static LiveEngines all;
  const std::scoped_lock lock(all.mutex_);
  std::erase_if(all.engines_, [](const std::weak_ptr<Engine>& each) { return each.expired(); });
  all.engines_.push_back(engine);
}

LiveEngines::~LiveEngines() {
  for (const std::weak_ptr<Engine>& each : engines_) {
    if (const std::shared_ptr<Engine> engine = each.lock()) engine->stop();
  }
}

}  // namespace sls::addon
