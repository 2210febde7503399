// Events on their way to JavaScript: bounded, counted, never blocking the thread that reports.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/event.h"

namespace sls {

// One refused connection; the views need to live as long as the call.
struct Refusal {
  std::string_view listener;
  RefuseReason reason = RefuseReason::Malformed;
  std::string_view peer;
  std::string_view streamId;  // Without a play token.
  int latencyMs = -1;
  PeerEncryption encryption = PeerEncryption::Unknown;
};

class Outbox {
 public:
  // `wake` is called without the lock, from any thread, when events wait and none is being fetched.
  explicit Outbox(std::function<void()> wake);

  // Queues one event. When the queue is full the event is lost, its number is used up, and a resync follows.
  void push(decltype(Event::body) body);
  // Counted per listener, reason, peer's address and stream ID, sent by the next flushCounted().
  void refused(const Refusal& refusal);
  // Counted per area and level, sent by the next flushCounted().
  void log(bool isError, std::string_view area, std::string_view text);
  // Once a second, by one worker: what was counted becomes events.
  void flushCounted();

  // Up to kMaxBatch events for the consumer; empty = all fetched, the next push wakes again.
  std::vector<Event> take();
  std::uint64_t lastSeq() const;

  static constexpr std::size_t kMaxQueued = 4096;
  static constexpr std::size_t kMaxBatch = 256;
  // Distinct lines counted within one second; more of them share the line of their kind.
  static constexpr std::size_t kMaxCounted = 64;

 private:
  struct CountedLog {
    std::uint64_t count = 0;
    std::string lastText;
  };
  RefusedEvent& countedFor(const Refusal& refusal);
  void append(decltype(Event::body) body);
  void wakeIfNeeded(std::unique_lock<std::mutex>& lock);

  std::function<void()> wake_;  // Passed by argument.
  mutable std::mutex mutex_;
  std::deque<Event> queue_;
  std::unordered_map<std::string, RefusedEvent> refusals_;
  // What is beyond kMaxCounted, by listener and reason.
  std::map<std::pair<std::string, RefuseReason>, RefusedEvent> otherRefusals_;
  std::map<std::pair<std::string, bool>, CountedLog> logs_;
  std::uint64_t seq_ = 0;
  bool wakeInFlight_ = false;
  bool hasLostEvents_ = false;
};

}  // namespace sls
