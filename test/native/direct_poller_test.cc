#include "direct/io/poller.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "core/error.h"
#include "direct_wire_tap.h"

using namespace sls;
using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr MonoUs kForeverUs = 60'000'000;

void send(const UdpSocket& from, const UdpSocket& to) {
  const SocketAddress address = addressOf(to);
  REQUIRE(sendto(from.fd(), "x", 1, 0, address.get(), address.size()) == 1);
}

std::vector<std::uint64_t> waitFor(Poller& poller, MonoUs timeoutUs) {
  const auto ready = poller.wait(timeoutUs);
  std::vector<std::uint64_t> keys(ready.begin(), ready.end());
  std::ranges::sort(keys);
  return keys;
}

}  // namespace

TEST_CASE("direct poller: without anything it sleeps for its time and not less") {
  Poller poller;
  CHECK(waitFor(poller, 0).empty());
  CHECK(waitFor(poller, -5).empty());
  const MonoUs beforeUs = monoNowUs();
  CHECK(waitFor(poller, 20'000).empty());
  CHECK(monoNowUs() - beforeUs >= 20'000);
}

TEST_CASE("direct poller: names the sockets that can be read, until they are read") {
  Poller poller;
  const UdpSocket from = UdpSocket::bound("127.0.0.1", 0, false);
  const UdpSocket a = UdpSocket::bound("127.0.0.1", 0, false);
  const UdpSocket b = UdpSocket::bound("127.0.0.1", 0, false);
  poller.add(a.fd(), 7);
  poller.add(b.fd(), UINT64_MAX);
  CHECK(waitFor(poller, 0).empty());
  send(from, b);
  CHECK(waitFor(poller, kForeverUs) == std::vector<std::uint64_t>{UINT64_MAX});
  CHECK(waitFor(poller, kForeverUs) == std::vector<std::uint64_t>{UINT64_MAX});
  char byte = 0;
  CHECK(recv(b.fd(), &byte, 1, 0) == 1);
  CHECK(waitFor(poller, 0).empty());
}

TEST_CASE("direct poller: a closed socket is forgotten") {
  Poller poller;
  const UdpSocket from = UdpSocket::bound("127.0.0.1", 0, false);
  std::optional<UdpSocket> gone(UdpSocket::bound("127.0.0.1", 0, false));
  poller.add(gone->fd(), 7);
  send(from, *gone);
  CHECK(waitFor(poller, kForeverUs) == std::vector<std::uint64_t>{7});
  gone.reset();
  CHECK(waitFor(poller, 0).empty());
}

TEST_CASE("direct poller: a socket that cannot be watched is an error") {
  Poller poller;
  CHECK_THROWS_AS(poller.add(-1, 1), EngineError);
}

TEST_CASE("direct poller: the bell wakes the sleeper, and wakes it once") {
  Poller poller;
  poller.ring();
  poller.ring();
  CHECK(waitFor(poller, kForeverUs).empty());
  const MonoUs beforeUs = monoNowUs();
  CHECK(waitFor(poller, 10'000).empty());
  CHECK(monoNowUs() - beforeUs >= 10'000);
  std::thread ringer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    poller.ring();
  });
  CHECK(waitFor(poller, kForeverUs).empty());
  CHECK(monoNowUs() - beforeUs < kForeverUs);
  ringer.join();
}

TEST_CASE("direct poller: no ring is lost, however many threads ring while it wakes") {
  constexpr int kRingers = 3;
  constexpr int kRings = 2000;
  Poller poller;
  std::atomic<int> posted{0};
  std::vector<std::thread> ringers;
  for (int i = 0; i < kRingers; ++i) {
    ringers.emplace_back([&] {
      for (int ring = 0; ring < kRings; ++ring) {
        ++posted;
        poller.ring();
      }
    });
  }
  // A lost ring would leave it asleep with work posted: the wait would last out, which is checked by its outcome.
  int seen = 0;
  bool hasOverslept = false;
  while (seen < kRingers * kRings && !hasOverslept) {
    const MonoUs beforeUs = monoNowUs();
    poller.wait(kForeverUs);
    hasOverslept = monoNowUs() - beforeUs >= kForeverUs;
    seen = posted;
  }
  for (std::thread& ringer : ringers) ringer.join();
  CHECK_FALSE(hasOverslept);
  CHECK(seen == kRingers * kRings);
}
