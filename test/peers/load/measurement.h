#pragma once

#include <cstdint>
#include <vector>

#include "load/options.h"
#include "load/process_usage.h"
#include "load/raw_players.h"

namespace peers {

/// What the counters of relay, load and machine say at one moment.
struct Usage {
  std::vector<ThreadUsage> relayThreads;
  double ownCpuSeconds = 0;
  double machineIdleSeconds = 0;
  /// Datagrams thrown away at the players' sockets and at the relay's.
  std::uint64_t playerDrops = 0;
  std::uint64_t relayDrops = 0;
  std::int64_t atUs = 0;
};

/// Throws std::runtime_error when the relay is gone.
Usage sampleUsage(const LoadOptions& options, const RawPlayers& players);

/// The measured stretch of a run.
struct Measurement {
  Usage begin;
  Usage end;
  std::uint64_t firstSequence = 0;
  std::uint64_t endSequence = 0;
  /// The longest that a sweep of the players began too late: above 10 ms the load did not keep up.
  std::int64_t worstLagUs = 0;
  bool isPublisherBroken = false;

  std::uint64_t sent() const { return endSequence - firstSequence; }
  double seconds() const { return static_cast<double>(end.atUs - begin.atUs) / 1e6; }
};

}  // namespace peers
