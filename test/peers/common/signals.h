#pragma once

namespace peers {

/// SIGTERM and SIGINT make stopRequested() true; SIGPIPE is ignored.
void catchStopSignals();

bool stopRequested();

}  // namespace peers
