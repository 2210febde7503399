#include "direct_loopback_world.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <algorithm>
#include <utility>

namespace sls::test {
namespace {

constexpr MonoUs kPatienceUs = 60'000'000;
constexpr int kWaitMs = 2;

std::string describe(const ConnectionStats& stats) {
  return "relay: " + stats.identity->streamId + " of " + stats.identity->peer + ", " + std::to_string(stats.packets) +
         " packets, " + std::to_string(stats.packetsLost) + " lost, " + std::to_string(stats.packetsDropped) +
         " dropped, " + std::to_string(stats.packetsRetransmitted) + " retransmitted";
}

}  // namespace

LoopbackPublisher& LoopbackWorld::publish(const std::string& key, std::uint64_t sender, PeerOptions options,
                                          KeyRefresh refresh) {
  options.streamId = "pub-" + key;
  auto made = std::make_unique<LoopbackPublisher>(relay.publishPort(), options, sender, refresh);
  LoopbackPublisher& publisher = *made;
  peers_.push_back(std::move(made));
  return publisher;
}

LoopbackPlayer& LoopbackWorld::play(const std::string& key, PeerOptions options) {
  options.streamId = "play-" + key;
  auto made = std::make_unique<LoopbackPlayer>(relay.playPort(), options);
  LoopbackPlayer& player = *made;
  peers_.push_back(std::move(made));
  return player;
}

void LoopbackWorld::remove(const LoopbackPeer& peer) {
  const auto found = std::ranges::find(peers_, &peer, [](const auto& one) { return one.get(); });
  if (found == peers_.end()) return;
  (*found)->leave();
  if (faultOfTheGone_.empty()) faultOfTheGone_ = (*found)->fault();
  peers_.erase(found);
}

void LoopbackWorld::step() {
  std::vector<pollfd> waiting;
  for (const auto& peer : peers_) waiting.push_back({peer->fd(), POLLIN, 0});
  poll(waiting.data(), waiting.size(), kWaitMs);
  for (const auto& peer : peers_) peer->step(ingress_, monoNowUs());
}

bool LoopbackWorld::until(const std::function<bool()>& isDone) {
  const MonoUs deadlineUs = monoNowUs() + kPatienceUs;
  while (!isDone()) {
    if (!fault().empty() || monoNowUs() > deadlineUs) {
      for (const auto& peer : peers_) MESSAGE(peer->description());
      for (const ConnectionStats& one : relay.sample()) MESSAGE(describe(one));
      for (const std::string& line : relay.endings()) MESSAGE(line);
      return false;
    }
    step();
  }
  return fault().empty();
}

bool LoopbackWorld::untilConnected(std::initializer_list<const LoopbackPeer*> some) {
  return until([&] { return std::ranges::all_of(some, [](const auto* peer) { return peer->isConnected(); }); });
}

void LoopbackWorld::forMs(int ms) {
  const MonoUs endUs = monoNowUs() + ms * MonoUs{1000};
  while (monoNowUs() < endUs) step();
}

std::string LoopbackWorld::fault() const {
  for (const auto& peer : peers_) {
    if (!peer->fault().empty()) return peer->fault();
  }
  return faultOfTheGone_;
}

}  // namespace sls::test
