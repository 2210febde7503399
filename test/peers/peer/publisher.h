#pragma once

#include "peer/options.h"

namespace peers {

/// Publishes as the options say and reports; returns the exit code.
int publish(const PeerOptions& options);

}  // namespace peers
