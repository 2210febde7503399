// A peer that publishes numbered payloads, and sends again what the relay asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "direct_loopback_peer.h"

namespace sls::test {

class LoopbackPublisher final : public LoopbackPeer {
 public:
  // `sender`: what its payloads are labelled with.
  LoopbackPublisher(int port, const PeerOptions& options, std::uint64_t sender, KeyRefresh refresh = {})
      : LoopbackPeer(port, options),
        sender_(sender),
        refresh_(refresh),
        first_(firstPosition(options.initialSeq)),
        acked_(first_) {}

  // Goes on until it has sent this many.
  std::int64_t goal = 0;
  // Packets a step, and the least time between two steps with some: the test's thread has players to serve as well.
  int burst = 4;
  MonoUs intervalUs = 1000;
  // Every n-th packet is lost on its first way; 0 = none.
  std::int64_t loseEvery = 0;

  std::int64_t sent() const { return static_cast<std::int64_t>(sentUs_.size()); }
  // The relay has acknowledged all of it.
  bool isDone() const { return sent() >= goal && acked_ == first_ + sent(); }
  std::int64_t resent() const { return resent_; }
  // How often the key has changed.
  int keyChanges() const { return keyChanges_; }

 private:
  std::string progress() const override {
    return std::to_string(sent()) + " sent, " + std::to_string(acked_ - first_) + " acknowledged";
  }
  void onConnected(const Caller& caller) override;
  void onData(const DataHeader& header, Bytes payload, MonoUs nowUs) override;
  void onControl(const ControlHeader& header, Bytes body, MonoUs nowUs) override;
  void onStep(bool isTick, MonoUs nowUs) override;
  void onAck(const ControlHeader& header, Bytes body, MonoUs nowUs);
  void onNak(Bytes body);
  void sendNew(MonoUs nowUs);
  void sendData(std::int64_t number, bool isAgain);

  const std::uint64_t sender_;
  const KeyRefresh refresh_;
  const Position first_;
  Position acked_;
  MonoUs ackedUs_ = 0;
  MonoUs nextBurstUs_ = 0;
  std::optional<SendKeys> keys_;
  KeyFlag lastKey_ = KeyFlag::None;
  int keyChanges_ = 0;
  std::vector<MonoUs> sentUs_;  // Of each packet, by its number.
  std::int64_t resent_ = 0;
};

}  // namespace sls::test
