#include "core/outbox.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace sls;

namespace {

FaultEvent fault(int number) { return {"CODE", std::to_string(number)}; }

std::vector<Event> takeAll(Outbox& outbox) {
  std::vector<Event> all;
  for (auto batch = outbox.take(); !batch.empty(); batch = outbox.take()) {
    CHECK(batch.size() <= Outbox::kMaxBatch);
    for (Event& event : batch) all.push_back(std::move(event));
  }
  return all;
}

template <typename Body>
std::vector<Body> only(const std::vector<Event>& events) {
  std::vector<Body> bodies;
  for (const Event& event : events) {
    if (const auto* body = std::get_if<Body>(&event.body)) bodies.push_back(*body);
  }
  return bodies;
}

}  // namespace

TEST_CASE("outbox: hands events out in order, numbered from 1") {
  Outbox outbox([] {});
  CHECK(outbox.take().empty());
  CHECK(outbox.lastSeq() == 0);
  for (int i = 1; i <= 1000; ++i) outbox.push(fault(i));
  CHECK(outbox.lastSeq() == 1000);
  const auto events = takeAll(outbox);
  REQUIRE(events.size() == 1000);
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i].seq == i + 1);
    CHECK(events[i].atMs > 0);
    CHECK(std::get<FaultEvent>(events[i].body).message == std::to_string(i + 1));
  }
}

TEST_CASE("outbox: wakes once, and again only after an empty take") {
  int wakes = 0;
  Outbox outbox([&] { ++wakes; });
  outbox.push(fault(1));
  outbox.push(fault(2));
  CHECK(wakes == 1);
  CHECK(outbox.take().size() == 2);
  // The consumer is still at work: it takes until nothing is left.
  outbox.push(fault(3));
  CHECK(wakes == 1);
  CHECK(outbox.take().size() == 1);
  CHECK(outbox.take().empty());
  outbox.push(fault(4));
  CHECK(wakes == 2);
}

TEST_CASE("outbox: the wake may take or push itself") {
  std::vector<Event> taken;
  Outbox* self = nullptr;
  int wakes = 0;
  Outbox outbox([&] {
    if (++wakes == 1) self->push(fault(2));
    for (Event& event : self->take()) taken.push_back(std::move(event));
  });
  self = &outbox;
  outbox.push(fault(1));
  CHECK(wakes == 1);
  CHECK(taken.size() == 2);
}

TEST_CASE("outbox: what does not fit is lost, leaves a gap in the numbers, and a resync follows") {
  Outbox outbox([] {});
  const int queued = static_cast<int>(Outbox::kMaxQueued);
  for (int i = 1; i <= queued + 10; ++i) outbox.push(fault(i));
  CHECK(outbox.lastSeq() == Outbox::kMaxQueued + 10);
  const auto events = takeAll(outbox);
  REQUIRE(events.size() == Outbox::kMaxQueued + 1);
  CHECK(events[Outbox::kMaxQueued - 1].seq == Outbox::kMaxQueued);
  CHECK(std::holds_alternative<ResyncEvent>(events.back().body));
  CHECK(events.back().seq == Outbox::kMaxQueued + 11);
  CHECK(only<ResyncEvent>(events).size() == 1);

  outbox.push(fault(1));
  const auto later = takeAll(outbox);
  REQUIRE(later.size() == 1);
  CHECK(later[0].seq == Outbox::kMaxQueued + 12);
}

TEST_CASE("outbox: one resync for each overflow, none without") {
  Outbox outbox([] {});
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i <= Outbox::kMaxQueued; ++i) outbox.push(fault(0));
    CHECK(only<ResyncEvent>(takeAll(outbox)).size() == 1);
  }
  for (std::size_t i = 0; i < Outbox::kMaxQueued; ++i) outbox.push(fault(0));
  CHECK(only<ResyncEvent>(takeAll(outbox)).empty());
}

TEST_CASE("outbox: the resync does not wait for a quiet moment") {
  Outbox outbox([] {});
  for (std::size_t i = 0; i <= Outbox::kMaxQueued; ++i) outbox.push(fault(0));
  std::size_t taken = 0;
  bool isResynced = false;
  // The consumer fetches as fast as events come, so the queue is never empty.
  for (int round = 0; round < 100 && !isResynced; ++round) {
    const auto batch = outbox.take();
    taken += batch.size();
    isResynced = !only<ResyncEvent>(batch).empty();
    for (std::size_t i = 0; i < batch.size(); ++i) outbox.push(fault(0));
  }
  CAPTURE(taken);
  CHECK(isResynced);
}

TEST_CASE("outbox: refusals are counted by listener, reason, address and stream ID, with the last port") {
  int wakes = 0;
  Outbox outbox([&] { ++wakes; });
  const std::string play = "play:4000";
  for (int i = 0; i < 1000; ++i) {
    outbox.refused({play, RefuseReason::NotLive, "1.2.3.4:" + std::to_string(i), "one"});
  }
  outbox.refused({play, RefuseReason::NotLive, "1.2.3.5:1", "one"});
  outbox.refused({play, RefuseReason::NotLive, "1.2.3.4:1", "two"});
  outbox.refused({play, RefuseReason::Malformed, "1.2.3.4:1", "one"});
  outbox.refused({"publish:4001", RefuseReason::NotLive, "1.2.3.4:1", "one"});
  outbox.refused({play, RefuseReason::NotLive, "[2001:db8::1]:1", "one"});
  outbox.refused({play, RefuseReason::NotLive, "[2001:db8::1]:2", "one", 120, PeerEncryption::Encrypted});
  CHECK(wakes == 0);
  CHECK(outbox.take().empty());
  outbox.flushCounted();
  CHECK(wakes == 1);
  const auto refused = only<RefusedEvent>(takeAll(outbox));
  REQUIRE(refused.size() == 6);
  std::uint64_t total = 0;
  for (const RefusedEvent& event : refused) {
    total += event.count;
    if (event.count == 2) {
      CHECK(event.lastPeer == "[2001:db8::1]:2");
      CHECK(event.latencyMs == 120);
      CHECK(event.encryption == PeerEncryption::Encrypted);
    } else {
      CHECK(event.latencyMs == -1);
      CHECK(event.encryption == PeerEncryption::Unknown);
    }
    if (event.count != 1000) continue;
    CHECK(event.listener == play);
    CHECK(event.reason == RefuseReason::NotLive);
    CHECK(event.lastPeer == "1.2.3.4:999");
    CHECK(event.lastStreamId == "one");
  }
  CHECK(total == 1006);
  outbox.flushCounted();
  CHECK(wakes == 1);
  CHECK(outbox.take().empty());
}

TEST_CASE("outbox: refusals beyond the bound share the line of their listener and reason") {
  Outbox outbox([] {});
  const int distinct = static_cast<int>(Outbox::kMaxCounted);
  for (int i = 0; i < 1000; ++i) {
    const auto reason = i % 2 == 0 ? RefuseReason::NotLive : RefuseReason::UnknownStreamId;
    outbox.refused({"play:4000", reason, "1.2.3.4:1", "id" + std::to_string(i)});
  }
  // What has a line of its own keeps it.
  outbox.refused({"play:4000", RefuseReason::NotLive, "1.2.3.4:2", "id0"});
  outbox.flushCounted();
  const auto refused = only<RefusedEvent>(takeAll(outbox));
  REQUIRE(refused.size() == Outbox::kMaxCounted + 2);
  std::uint64_t total = 0;
  int others = 0;
  for (const RefusedEvent& event : refused) {
    total += event.count;
    if (event.lastStreamId == "id0") CHECK(event.count == 2);
    if (event.count <= 2) continue;
    ++others;
    CHECK(event.count == static_cast<std::uint64_t>(1000 - distinct) / 2);
    CHECK(event.lastStreamId == (event.reason == RefuseReason::NotLive ? "id998" : "id999"));
  }
  CHECK(others == 2);
  CHECK(total == 1001);
}

TEST_CASE("outbox: log lines are counted by area and level, with the last text") {
  Outbox outbox([] {});
  outbox.log(true, "core", "first");
  outbox.log(true, "core", "last");
  outbox.log(false, "core", "a warning");
  outbox.flushCounted();
  const auto logs = only<LogEvent>(takeAll(outbox));
  REQUIRE(logs.size() == 2);
  for (const LogEvent& log : logs) {
    CHECK(log.area == "core");
    CHECK(log.count == (log.isError ? 2 : 1));
    CHECK(log.text == (log.isError ? "last" : "a warning"));
  }
}

TEST_CASE("outbox: neither text length nor the number of areas is the sender's choice") {
  Outbox outbox([] {});
  const std::string huge(100'000, 'x');
  outbox.refused({"play:4000", RefuseReason::Malformed, "peer", huge});
  for (int i = 0; i < 10'000; ++i) outbox.log(true, "area" + std::to_string(i), huge);
  outbox.flushCounted();
  const auto events = takeAll(outbox);
  CHECK(events.size() <= Outbox::kMaxCounted + 3);
  std::uint64_t counted = 0;
  for (const LogEvent& log : only<LogEvent>(events)) {
    CHECK(log.text.size() <= 512);
    counted += log.count;
  }
  CHECK(counted == 10'000);
  CHECK(only<RefusedEvent>(events).at(0).lastStreamId.size() <= 512);
}

TEST_CASE("outbox: below the bound, many threads and one consumer lose and double nothing") {
  constexpr int kThreads = 4;
  constexpr int kEach = 1000;  // Together below kMaxQueued.
  std::mutex mutex;
  std::condition_variable woken;
  int wakes = 0;
  Outbox outbox([&] {
    const std::scoped_lock lock(mutex);
    ++wakes;
    woken.notify_one();
  });
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&outbox, thread] {
      for (int i = 0; i < kEach; ++i) {
        outbox.push(DisconnectedEvent{static_cast<ConnectionId>(thread), CloseReason::Peer, i, 0});
      }
    });
  }

  // Sleeps until it is woken, then takes until nothing is left: a wake that is missed hangs here.
  std::vector<Event> events;
  int wakesSeen = 0;
  while (events.size() < kThreads * kEach) {
    {
      std::unique_lock lock(mutex);
      REQUIRE(woken.wait_for(lock, std::chrono::seconds(60), [&] { return wakes > wakesSeen; }));
      CHECK(wakes == wakesSeen + 1);
      wakesSeen = wakes;
    }
    for (Event& event : takeAll(outbox)) events.push_back(std::move(event));
  }
  for (std::thread& thread : threads) thread.join();

  CHECK(outbox.take().empty());
  REQUIRE(events.size() == kThreads * kEach);
  std::vector<std::int64_t> next(kThreads, 0);
  for (std::size_t i = 0; i < events.size(); ++i) {
    REQUIRE(events[i].seq == i + 1);
    const auto& body = std::get<DisconnectedEvent>(events[i].body);
    REQUIRE(body.durationMs == next[body.id]++);
  }
}

TEST_CASE("outbox: above the bound, every missing number is followed by a resync") {
  constexpr int kThreads = 3;
  constexpr int kEach = 20'000;
  Outbox outbox([] {});
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) outbox.push(fault(i));
      --running;
    });
  }
  std::uint64_t lastSeq = 0;
  bool isGapOpen = false;
  const auto look = [&](const std::vector<Event>& batch) {
    for (const Event& event : batch) {
      REQUIRE(event.seq > lastSeq);
      if (event.seq != lastSeq + 1) isGapOpen = true;
      if (std::holds_alternative<ResyncEvent>(event.body)) isGapOpen = false;
      lastSeq = event.seq;
    }
  };
  while (running > 0) look(outbox.take());
  for (std::thread& thread : threads) thread.join();
  for (auto batch = outbox.take(); !batch.empty(); batch = outbox.take()) look(batch);
  CHECK_FALSE(isGapOpen);
  CHECK(lastSeq == outbox.lastSeq());
  CHECK(lastSeq >= kThreads * kEach);
}
