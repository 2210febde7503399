#include "common/signals.h"

#include <csignal>

namespace peers {
namespace {

volatile std::sig_atomic_t stopFlag = 0;

void onStopSignal(int /*signal*/) { stopFlag = 1; }

}  // namespace

void catchStopSignals() {
  struct sigaction action {};
  action.sa_handler = onStopSignal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool stopRequested() { return stopFlag != 0; }

}  // namespace peers
