// A peer that plays, and looks at every byte it is sent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "direct/receive/receiver.h"
#include "direct_loopback_payload.h"
#include "direct_loopback_peer.h"

namespace sls::test {

class LoopbackPlayer final : public LoopbackPeer, private ReceiverSink {
 public:
  // What came of one sender: the numbers first … last, each counted once.
  struct Heard {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t count = 0;
    std::int64_t offset = 0;  // Position − number.
  };

  LoopbackPlayer(int port, const PeerOptions& options) : LoopbackPeer(port, options), options_(options) {}

  // False: hears, and says nothing of it.
  bool isAcknowledging = true;
  // Every n-th packet is lost on its first way; 0 = none.
  std::int64_t loseEvery = 0;
  // What is lost stays lost, however often it is sent again.
  bool isDeaf = false;
  // The relay may lose so many packets in a row that it leaves their numbers out.
  bool mayLeaveOut = false;
  // Packets come in their order (the relay is timed).
  bool isOrdered = false;

  std::int64_t count(std::uint64_t sender) const;
  // Everything from the first it heard of this sender up to number `last`.
  bool hasAllUpTo(std::uint64_t sender, std::int64_t last) const;
  // Everything from number 0 on.
  bool hasAll(std::uint64_t sender, std::int64_t total) const;
  const std::map<std::uint64_t, Heard>& heard() const { return heard_; }
  // Packets that the relay could not bring.
  std::int64_t givenUpCount() const { return givenUpCount_; }
  std::int64_t lostCount() const { return lostCount_; }
  std::uint64_t dataPackets() const { return dataPackets_; }

 private:
  std::string progress() const override;
  void onConnected(const Caller& caller) override;
  void onData(const DataHeader& header, Bytes payload, MonoUs nowUs) override;
  void onControl(const ControlHeader& header, Bytes body, MonoUs nowUs) override;
  void onStep(bool isTick, MonoUs nowUs) override;
  void sendAck(std::uint32_t ackNumber, const Ack& ack) override;
  void sendNak(std::span<const SeqRange> ranges) override;
  void givenUp(PositionRange range) override;
  void note(const LoopbackPayload::Label& label, const Received& received);

  const PeerOptions options_;
  std::optional<Receiver> receiver_;
  std::optional<ReceiveKeys> keys_;
  std::map<std::uint64_t, Heard> heard_;
  std::int64_t givenUpCount_ = 0;
  std::int64_t lostCount_ = 0;
  std::uint64_t dataPackets_ = 0;
  MonoUs nowUs_ = 0;  // Of the call under way, for what the sink sends.
};

}  // namespace sls::test
