// Decides when a publisher has been above its rate for too long. Asked regularly.
#pragma once

#include "core/clock.h"
#include "core/options.h"

namespace sls {

class RateLimit {
 public:
  // `rules`: those that hold now; nullptr = none.
  bool isExceeded(MonoMs nowMs, double rateKbps, const RouteRules* rules) {
    if (rules == nullptr || rules->maxRateKbps == 0 || rateKbps <= rules->maxRateKbps) {
      isAbove_ = false;
      return false;
    }
    if (!isAbove_) aboveSinceMs_ = nowMs;
    isAbove_ = true;
    return nowMs - aboveSinceMs_ > rules->rateGraceMs;
  }

 private:
  bool isAbove_ = false;
  MonoMs aboveSinceMs_ = 0;
};

}  // namespace sls
