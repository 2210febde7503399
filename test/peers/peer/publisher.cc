#include "peer/publisher.h"

#include <random>

#include "common/clock.h"
#include "common/message.h"
#include "common/signals.h"
#include "peer/events.h"

namespace peers {
namespace {

// Long waits are cut, so that a signal, a break and the progress report are noticed in time.
constexpr std::int64_t kLongestWaitUs = 20'000;

class Publisher {
 public:
  explicit Publisher(const PeerOptions& options)
      : options_(options), socket_(callerSocket(options)), session_(std::random_device{}()) {}

  int run() {
    if (!connect()) {
      reportDone();
      return kExitRefused;
    }
    while (!ended() && alive()) step();
    if (!broken_ && !stopRequested()) hold();
    reportDone();
    return broken_ ? kExitBroken : 0;
  }

 private:
  bool connect() {
    const std::int64_t startedAtUs = monotonicUs();
    const sockaddr_in address = ipv4Address(options_.host, options_.port);
    if (srt_connect(socket_.id(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == SRT_ERROR) {
      reportRefused(0, socket_.id());
      return false;
    }
    reportConnected(0, socket_, startedAtUs);
    // A full buffer must not keep the process from its signals.
    socket_.set(SRTO_SNDSYN, false);
    startUs_ = dueUs_ = monotonicUs();
    nextReportUs_ = startUs_ + options_.printIntervalMs * 1000LL;
    return true;
  }

  bool ended() const {
    if (stopRequested()) return true;
    if (options_.seconds > 0 && elapsedUs() >= options_.seconds * 1e6) return true;
    return options_.count > 0 && sent_ >= options_.count;
  }

  bool alive() {
    if (!broken_ && srt_getsockstate(socket_.id()) != SRTS_CONNECTED) noteBroken();
    // Without --exit-after-broken the process stays, so that a test can look at it.
    return !broken_ || !options_.exitAfterBroken;
  }

  void step() {
    const std::int64_t nowUs = monotonicUs();
    if (nowUs >= nextReportUs_) reportProgress(nowUs);
    if (broken_ || dueUs_ > nowUs) {
      sleepUntilUs(broken_ ? nowUs + kLongestWaitUs : std::min(dueUs_, nowUs + kLongestWaitUs));
      return;
    }
    send();
  }

  void send() {
    const std::size_t bytes = options_.payloadBytes[sent_ % options_.payloadBytes.size()];
    writeMessage({session_, sent_, monotonicUs()}, bytes, message_);
    const int result = srt_sendmsg(socket_.id(), reinterpret_cast<const char*>(message_.data()),
                                   static_cast<int>(message_.size()), -1, 1);
    if (result == SRT_ERROR) return refusedToSend();
    sent_++;
    bytes_ += bytes;
    const double bits = static_cast<double>(bytes) * 8;
    if (options_.rateKbps > 0) dueUs_ += static_cast<std::int64_t>(bits * 1000 / options_.rateKbps);
    skipStoppedTime();
  }

  void refusedToSend() {
    if (srt_getlasterror(nullptr) != SRT_EASYNCSND) return noteBroken();
    constexpr std::int64_t kFullBufferWaitUs = 1000;
    sleepUntilUs(monotonicUs() + kFullBufferWaitUs);
  }

  // After a SIGSTOP the pace goes on; it does not make up for the time away in one burst.
  void skipStoppedTime() {
    constexpr std::int64_t kMostCatchUpUs = 500'000;
    dueUs_ = std::max(dueUs_, monotonicUs() - kMostCatchUpUs);
  }

  void hold() {
    printLine(JsonObject().add("event", "sent").add("messages", sent_));
    const std::int64_t untilUs = monotonicUs() + options_.holdMs * 1000LL;
    while (!stopRequested() && !broken_ && monotonicUs() < untilUs) {
      sleepUntilUs(std::min(untilUs, monotonicUs() + kLongestWaitUs));
      if (srt_getsockstate(socket_.id()) != SRTS_CONNECTED) noteBroken();
    }
  }

  void noteBroken() {
    broken_ = true;
    reportBroken(0);
  }

  std::int64_t elapsedUs() const { return monotonicUs() - startUs_; }

  void reportProgress(std::int64_t nowUs) {
    nextReportUs_ = nowUs + options_.printIntervalMs * 1000LL;
    printLine(JsonObject().add("event", "progress").add("messages", sent_).add("bytes", bytes_));
  }

  void reportDone() const {
    printLine(JsonObject()
                  .add("event", "done")
                  .add("messages", sent_)
                  .add("bytes", bytes_)
                  .add("broken", broken_)
                  .add("seconds", static_cast<double>(elapsedUs()) / 1e6));
  }

  const PeerOptions& options_;
  SrtSocket socket_;
  std::uint32_t session_;
  std::vector<std::uint8_t> message_;
  std::int64_t startUs_ = monotonicUs();
  std::int64_t dueUs_ = 0;
  std::int64_t nextReportUs_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t bytes_ = 0;
  bool broken_ = false;
};

}  // namespace

int publish(const PeerOptions& options) { return Publisher(options).run(); }

}  // namespace peers
