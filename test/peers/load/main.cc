// The load of the benchmark; loadUsage() says what it can do.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>

#include "common/clock.h"
#include "common/json_object.h"
#include "common/signals.h"
#include "load/options.h"
#include "load/paced_publisher.h"
#include "load/process_usage.h"
#include "load/raw_players.h"

namespace {

using namespace peers;

constexpr int kExitPublisherRefused = 3;
constexpr int kJoinWaitMs = 1;
// While it measures, the load looks at its sockets this seldom and takes batches: the kernel's time stamps keep
// the delays exact.
constexpr std::int64_t kTurnUs = 4000;

struct Usage {
  double relayCpuSeconds = 0;
  double ownCpuSeconds = 0;
  std::int64_t atUs = 0;
};

Usage sampleUsage(int relayPid) {
  return {relayPid > 0 ? cpuSecondsOf(relayPid) : 0, cpuSecondsOf(getpid()), monotonicUs()};
}

struct Measured {
  Usage begin;
  Usage end;
  std::uint64_t firstSequence = 0;
  std::uint64_t endSequence = 0;
};

class Load {
 public:
  explicit Load(const LoadOptions& options)
      : options_(options),
        settings_{ipv4Address(options.host, options.playerPort), options.playerId, options.latencyMs},
        publisher_(options),
        players_(settings_, options.players) {}

  void run() {
    waitForStream();
    join();
    turnFor(options_.settleSeconds);
    const Measured measured = measure();
    waitForStragglers(measured);
    report(measured);
    players_.disconnect();
  }

 private:
  // The first messages have passed the publisher's latency by then.
  void waitForStream() {
    sleepUntilUs(monotonicUs() + 300'000 + options_.latencyMs * 1000LL);
    if (publisher_.broken()) throw std::runtime_error("the relay closed the publisher");
  }

  void join() {
    const int burst = options_.joinBurst == 0 ? options_.players : options_.joinBurst;
    const auto deadlineUs = monotonicUs() + static_cast<std::int64_t>(options_.connectTimeoutSeconds * 1e6);
    while (!players_.allSettled() && monotonicUs() < deadlineUs && !stopRequested()) {
      players_.startUpTo(burst, realtimeUs());
      players_.turn(kJoinWaitMs);
    }
  }

  void turnFor(double seconds) {
    const auto untilUs = monotonicUs() + static_cast<std::int64_t>(seconds * 1e6);
    while (monotonicUs() < untilUs && !stopRequested()) turnOnce();
  }

  void turnOnce() {
    const std::int64_t nextUs = monotonicUs() + kTurnUs;
    players_.turn(0);
    sleepUntilUs(nextUs);
  }

  Measured measure() {
    Measured measured;
    measured.firstSequence = publisher_.sent();
    const double messagesPerSecond = options_.mbps * 1e6 / 8 / PacedPublisher::kMessageBytes;
    players_.openWindow(measured.firstSequence,
                        static_cast<std::size_t>(messagesPerSecond * (options_.seconds + 2) * 1.5));
    measured.begin = sampleUsage(options_.relayPid);
    turnFor(options_.seconds);
    measured.end = sampleUsage(options_.relayPid);
    measured.endSequence = publisher_.sent();
    return measured;
  }

  std::uint64_t expected(const Measured& measured) const {
    return (measured.endSequence - measured.firstSequence) * players_.all().size();
  }

  // What was sent in time counts if it arrives within the latency and two seconds.
  void waitForStragglers(const Measured& measured) {
    const std::int64_t untilUs = monotonicUs() + 2'000'000 + 2 * options_.latencyMs * 1000LL;
    while (monotonicUs() < untilUs && players_.deliveredBefore(measured.endSequence) < expected(measured)) turnOnce();
  }

  void report(const Measured& measured) const {
    JsonObject line;
    line.add("players", options_.players).add("mbps", options_.mbps);
    reportJoin(line);
    reportDelivery(line, measured);
    reportUsage(line, measured);
    printLine(line);
  }

  void reportJoin(JsonObject& line) const {
    std::int64_t lastConnectedUs = players_.startedAtUs();
    std::int64_t lastDataUs = players_.startedAtUs();
    std::map<std::uint32_t, int> refusals;
    for (const RawPlayer& player : players_.all()) {
      lastConnectedUs = std::max(lastConnectedUs, player.connectedAtUs());
      lastDataUs = std::max(lastDataUs, player.firstDataAtUs());
      if (player.state() == RawPlayer::State::Refused) refusals[player.rejectCode()]++;
    }
    JsonObject refused;
    for (const auto& [code, count] : refusals) refused.add(std::to_string(code), count);
    line.add("connected", players_.countOf(RawPlayer::State::Connected))
        .add("broken", players_.countOf(RawPlayer::State::Broken))
        .addRaw("refused", refused.text())
        .add("joinConnectedMs", joinMs(lastConnectedUs, &RawPlayer::connectedAtUs))
        .add("joinFirstDataMs", joinMs(lastDataUs, &RawPlayer::firstDataAtUs));
  }

  // NaN (null) unless every player got there.
  double joinMs(std::int64_t lastUs, std::int64_t (RawPlayer::*atUs)() const) const {
    const auto there = [atUs](const RawPlayer& player) { return (player.*atUs)() > 0; };
    if (!std::all_of(players_.all().begin(), players_.all().end(), there)) return NAN;
    return static_cast<double>(lastUs - players_.startedAtUs()) / 1000.0;
  }

  void reportDelivery(JsonObject& line, const Measured& measured) const {
    const std::uint64_t delivered = players_.deliveredBefore(measured.endSequence);
    std::uint64_t retransmitted = 0;
    std::uint64_t lossReports = 0;
    Percentiles delays(std::size_t{1} << 22);
    for (const RawPlayer& player : players_.all()) {
      retransmitted += player.retransmitted();
      lossReports += player.lossReports();
      delays.append(player.delays());
    }
    line.add("sent", measured.endSequence - measured.firstSequence)
        .add("delivered", delivered)
        .add("deliveredShare", static_cast<double>(delivered) / static_cast<double>(expected(measured)))
        .add("lost", expected(measured) - delivered)
        .add("retransmitted", retransmitted)
        .add("lossReports", lossReports)
        .add("arrivalP50Ms", delays.atMs(0.5))
        .add("arrivalP99Ms", delays.atMs(0.99))
        .add("arrivalMaxMs", delays.atMs(1));
  }

  void reportUsage(JsonObject& line, const Measured& measured) const {
    const double seconds = static_cast<double>(measured.end.atUs - measured.begin.atUs) / 1e6;
    line.add("seconds", seconds)
        .add("loadCpuPercent", 100 * (measured.end.ownCpuSeconds - measured.begin.ownCpuSeconds) / seconds);
    if (options_.relayPid == 0) return;
    const double cpuSeconds = measured.end.relayCpuSeconds - measured.begin.relayCpuSeconds;
    const double gbit =
        static_cast<double>(players_.deliveredBefore(measured.endSequence)) * PacedPublisher::kMessageBytes * 8 / 1e9;
    line.add("relayCpuPercent", 100 * cpuSeconds / seconds)
        .add("cpuMsPerGbit", gbit > 0 ? 1000 * cpuSeconds / gbit : NAN)
        .add("rssMb", static_cast<double>(statusNumberOf(options_.relayPid, "VmRSS")) / 1024)
        .add("threads", static_cast<std::int64_t>(statusNumberOf(options_.relayPid, "Threads")));
  }

  const LoadOptions& options_;
  RawPlayerSettings settings_;
  PacedPublisher publisher_;
  RawPlayers players_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    const LoadOptions options = parseLoadOptions(argc, argv);
    catchStopSignals();
    const SrtLibrary library;
    Load(options).run();
    return 0;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "srt_load: %s\n\n%s", error.what(), loadUsage().c_str());
    return kExitUsage;
  } catch (const PublisherRefused& error) {
    std::fprintf(stderr, "srt_load: %s\n", error.what());
    return kExitPublisherRefused;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "srt_load: %s\n", error.what());
    return 1;
  }
}
