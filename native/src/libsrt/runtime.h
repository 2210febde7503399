// libsrt is global to the process: started once, however many engines there are, with one log handler.
#pragma once

#include "core/outbox.h"

namespace sls::libsrt {

// Starts libsrt on the first one, cleans it up after the last; its log lines go to every live outbox.
class Runtime {
 public:
  explicit Runtime(Outbox& outbox);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

 private:
  Outbox& outbox_;  // Passed by argument.
};

}  // namespace sls::libsrt
