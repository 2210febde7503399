#include "load/measurement.h"

#include <unistd.h>

#include "common/clock.h"
#include "load/udp_drops.h"

namespace peers {

Usage sampleUsage(const LoadOptions& options, const RawPlayers& players) {
  Usage usage;
  if (options.relayPid > 0) usage.relayThreads = threadsOf(options.relayPid);
  for (const ThreadUsage& thread : threadsOf(getpid())) usage.ownCpuSeconds += thread.cpuSeconds;
  usage.machineIdleSeconds = machineIdleSeconds();
  usage.playerDrops = players.socketDrops();
  usage.relayDrops = dropsOnPort(options.publisherPort) + dropsOnPort(options.playerPort);
  usage.atUs = monotonicUs();
  return usage;
}

}  // namespace peers
