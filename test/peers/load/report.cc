#include "load/report.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "load/paced_publisher.h"

namespace peers {
namespace {

constexpr double kMessageBits = PacedPublisher::kMessageBytes * 8;
// Threads below this share of a core are not listed.
constexpr double kLeastListedPercent = 0.5;

// NaN (null) unless every player got there.
double joinMs(const RawPlayers& players, std::int64_t (RawPlayer::*atUs)() const) {
  std::int64_t lastUs = players.startedAtUs();
  for (const RawPlayer& player : players.all()) {
    if ((player.*atUs)() == 0) return NAN;
    lastUs = std::max(lastUs, (player.*atUs)());
  }
  return static_cast<double>(lastUs - players.startedAtUs()) / 1000.0;
}

void addJoin(JsonObject& line, const RawPlayers& players) {
  std::map<std::uint32_t, int> refusals;
  for (const RawPlayer& player : players.all()) {
    if (player.state() == RawPlayer::State::Refused) refusals[player.rejectCode()]++;
  }
  JsonObject refused;
  for (const auto& [code, count] : refusals) refused.add(std::to_string(code), count);
  line.add("connected", players.countOf(RawPlayer::State::Connected))
      .add("broken", players.countOf(RawPlayer::State::Broken))
      .addRaw("refused", refused.text())
      .add("joinConnectedMs", joinMs(players, &RawPlayer::connectedAtUs))
      .add("joinFirstDataMs", joinMs(players, &RawPlayer::firstDataAtUs));
}

void addDelivery(JsonObject& line, const RawPlayers& players, const Measurement& measured) {
  const std::uint64_t delivered = players.deliveredBefore(measured.endSequence);
  const std::uint64_t expected = measured.sent() * players.all().size();
  std::uint64_t retransmitted = 0;
  std::uint64_t lossReports = 0;
  Percentiles delays(std::size_t{1} << 22);
  for (const RawPlayer& player : players.all()) {
    retransmitted += player.retransmitted();
    lossReports += player.lossReports();
    delays.append(player.delays());
  }
  line.add("publisherBroken", measured.isPublisherBroken)
      .add("sent", measured.sent())
      .add("sentMbps", static_cast<double>(measured.sent()) * kMessageBits / 1e6 / measured.seconds())
      .add("delivered", delivered)
      .add("deliveredShare", static_cast<double>(delivered) / static_cast<double>(expected))
      .add("deliveredGbps", static_cast<double>(delivered) * kMessageBits / 1e9 / measured.seconds())
      .add("lost", expected - delivered)
      .add("retransmitted", retransmitted)
      .add("lossReports", lossReports)
      .add("arrivalP50Ms", delays.atMs(0.5))
      .add("arrivalP99Ms", delays.atMs(0.99))
      .add("arrivalMaxMs", delays.atMs(1));
}

/// Each thread's time in the measured stretch, largest first.
std::vector<ThreadUsage> usedThreads(const Measurement& measured) {
  std::map<pid_t, double> before;
  for (const ThreadUsage& thread : measured.begin.relayThreads) before[thread.id] = thread.cpuSeconds;
  std::vector<ThreadUsage> used = measured.end.relayThreads;
  for (ThreadUsage& thread : used) thread.cpuSeconds -= before[thread.id];
  std::sort(used.begin(), used.end(), [](auto& a, auto& b) { return a.cpuSeconds > b.cpuSeconds; });
  return used;
}

std::string busyThreadsText(const std::vector<ThreadUsage>& used, double seconds) {
  std::string list;
  for (const ThreadUsage& thread : used) {
    const double percent = 100 * thread.cpuSeconds / seconds;
    if (percent < kLeastListedPercent) break;
    list += (list.empty() ? "" : ",") + JsonObject().add("name", thread.name).add("cpuPercent", percent).text();
  }
  return "[" + list + "]";
}

void addRelay(JsonObject& line, int pid, const RawPlayers& players, const Measurement& measured) {
  const std::vector<ThreadUsage> used = usedThreads(measured);
  double cpuSeconds = 0;
  for (const ThreadUsage& thread : used) cpuSeconds += thread.cpuSeconds;
  const double gbit = static_cast<double>(players.deliveredBefore(measured.endSequence)) * kMessageBits / 1e9;
  line.addRaw("busyThreads", busyThreadsText(used, measured.seconds()))
      .add("relayCpuPercent", 100 * cpuSeconds / measured.seconds())
      .add("cpuMsPerGbit", gbit > 0 ? 1000 * cpuSeconds / gbit : NAN)
      .add("relayDrops", measured.end.relayDrops - measured.begin.relayDrops)
      .add("rssMb", static_cast<double>(statusNumberOf(pid, "VmRSS")) / 1024)
      .add("threads", static_cast<std::int64_t>(statusNumberOf(pid, "Threads")));
}

void addLoad(JsonObject& line, const Measurement& measured) {
  const double seconds = measured.seconds();
  line.add("seconds", seconds)
      .add("cores", static_cast<std::int64_t>(sysconf(_SC_NPROCESSORS_ONLN)))
      .add("loadCpuPercent", 100 * (measured.end.ownCpuSeconds - measured.begin.ownCpuSeconds) / seconds)
      .add("loadDrops", measured.end.playerDrops - measured.begin.playerDrops)
      .add("loadLagMs", static_cast<double>(measured.worstLagUs) / 1000.0)
      .add("idlePercent", 100 * (measured.end.machineIdleSeconds - measured.begin.machineIdleSeconds) / seconds);
}

}  // namespace

JsonObject reportOf(const LoadOptions& options, const RawPlayers& players, const Measurement& measured) {
  JsonObject line;
  line.add("players", options.players).add("mbps", options.mbps);
  addJoin(line, players);
  addDelivery(line, players, measured);
  addLoad(line, measured);
  if (options.relayPid > 0) addRelay(line, options.relayPid, players, measured);
  return line;
}

}  // namespace peers
