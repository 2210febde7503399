#pragma once

#include "peer/options.h"

namespace peers {

/// Plays on one or more connections as the options say and reports; returns the exit code.
int play(const PeerOptions& options);

}  // namespace peers
