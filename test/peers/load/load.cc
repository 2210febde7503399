#include "load/load.h"

#include <algorithm>
#include <stdexcept>

#include "common/clock.h"
#include "common/signals.h"

namespace peers {
namespace {

constexpr int kJoinWaitMs = 1;
// A player is read and heard once in 10 ms; the kernel's time stamps keep the delays exact.
constexpr std::size_t kSweepParts = 8;
constexpr std::int64_t kSweepUs = 10'000;
// After this much lag the lost turns are not made up for.
constexpr std::int64_t kMostLagUs = 100'000;

}  // namespace

Load::Load(const LoadOptions& options)
    : options_(options),
      settings_{
          ipv4Address(options.host, options.playerPort), options.playerId,   options.latencyMs, options.passphrase,
          static_cast<std::size_t>(options.keyBytes),    options.takesTrains},
      publisher_(options),
      players_(settings_, options.players) {}

Measurement Load::run() {
  waitForStream();
  join();
  turnFor(options_.settleSeconds);
  const Measurement measured = measure();
  waitForStragglers(measured);
  return measured;
}

// The first messages have passed the publisher's latency by then.
void Load::waitForStream() {
  sleepUntilUs(monotonicUs() + 300'000 + options_.latencyMs * 1000LL);
  if (publisher_.broken()) throw std::runtime_error("the relay closed the publisher");
}

void Load::join() {
  const int burst = options_.joinBurst == 0 ? options_.players : options_.joinBurst;
  const auto deadlineUs = monotonicUs() + static_cast<std::int64_t>(options_.connectTimeoutSeconds * 1e6);
  while (!players_.allSettled() && monotonicUs() < deadlineUs && !stopRequested()) {
    players_.startUpTo(burst, realtimeUs());
    players_.turn(kJoinWaitMs);
  }
  players_.stopWaiting();
}

void Load::turnFor(double seconds) {
  const auto untilUs = monotonicUs() + static_cast<std::int64_t>(seconds * 1e6);
  turnDueUs_ = monotonicUs();
  worstLagUs_ = 0;
  while (monotonicUs() < untilUs && !stopRequested()) turnOnce();
}

void Load::turnOnce() {
  sleepUntilUs(turnDueUs_);
  const std::int64_t lagUs = monotonicUs() - turnDueUs_;
  worstLagUs_ = std::max(worstLagUs_, lagUs);
  if (lagUs > kMostLagUs) turnDueUs_ += lagUs;
  players_.sweep(part_, kSweepParts);
  part_ = (part_ + 1) % kSweepParts;
  turnDueUs_ += kSweepUs / static_cast<std::int64_t>(kSweepParts);
}

Measurement Load::measure() {
  Measurement measured;
  measured.firstSequence = publisher_.sent();
  const double messagesPerSecond = options_.mbps * 1e6 / 8 / PacedPublisher::kMessageBytes;
  players_.openWindow(measured.firstSequence,
                      static_cast<std::size_t>(messagesPerSecond * (options_.seconds + 2) * 1.5));
  measured.begin = sampleUsage(options_, players_);
  turnFor(options_.seconds);
  measured.end = sampleUsage(options_, players_);
  measured.endSequence = publisher_.sent();
  measured.worstLagUs = worstLagUs_;
  measured.isPublisherBroken = publisher_.broken();
  return measured;
}

// What was sent in time counts if it arrives within two latencies and two seconds.
void Load::waitForStragglers(const Measurement& measured) {
  const std::uint64_t expected = measured.sent() * players_.all().size();
  const std::int64_t untilUs = monotonicUs() + 2'000'000 + 2 * options_.latencyMs * 1000LL;
  while (monotonicUs() < untilUs && players_.deliveredBefore(measured.endSequence) < expected) turnFor(0.01);
}

}  // namespace peers
