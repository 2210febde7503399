#pragma once

#include "common/json_object.h"
#include "load/measurement.h"
#include "load/options.h"
#include "load/raw_players.h"

namespace peers {

/// All that a run has to say, as one JSON object. Throws std::runtime_error when the relay is gone.
JsonObject reportOf(const LoadOptions& options, const RawPlayers& players, const Measurement& measured);

}  // namespace peers
