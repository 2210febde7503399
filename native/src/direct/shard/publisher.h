// A connection that publishes: its receiver, its keys, and where its packets go.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/rate_limit.h"
#include "direct/crypto/receive_keys.h"
#include "direct/receive/receiver.h"
#include "direct/shard/connection.h"
#include "direct/stream/packet_block.h"
#include "direct/stream/packet_store.h"
#include "direct/stream/shared_stream.h"

namespace sls::direct {

// A packet that players are to get.
struct NewPacket {
  PacketIndex index = 0;
  std::size_t block = 0;  // Which one of the batch's.
  StoredPacket packet;
};

// What a publisher has brought since it was last handed on: to the players of one shard.
struct PacketBatch {
  StreamPtr stream;
  std::vector<NewPacket> packets;
  std::vector<std::shared_ptr<PacketBlock>> blocks;  // That the packets lie in.
  std::vector<IndexRange> gone;
  PacketIndex settled = 0;
};

class Publisher final : public Connection, private ReceiverSink {
 public:
  Publisher(Accepted accepted, const ReceiverOptions& options, std::optional<ReceiveKeys> keys, Egress& egress,
            MonoMs nowMs);

  // What a data packet of this connection means for the stream. `hub` is asked for its first one only; `replaced` gets
  // the publishers that it retires.
  void onData(Bytes packet, StreamHub& hub, std::vector<PublisherRef>& replaced, MonoUs nowUs);
  void onDropRequest(SeqRange range, MonoUs nowUs);
  void onAckAck(const ControlHeader& header, MonoUs nowUs);
  void onKeyRequest(Bytes message, MonoUs nowUs);
  // Every 10 ms.
  void tick(MonoUs nowUs);

  // What has come since the last call; empty packets and gone: nothing.
  PacketBatch takeBatch();
  bool hasNews() const { return !batch_.packets.empty() || !batch_.gone.empty(); }

  void refresh(MonoMs nowMs) override;
  void fill(ConnectionStats& stats) const override;
  std::uint64_t bytes() const override { return receiver_.counters().bytes - bytesUndecrypted_; }
  // Of what has arrived, how much in ms is not due yet by the publisher's latency: what a timed relay holds back.
  int heldBackMs(MonoUs nowUs) const;
  // When payload last arrived.
  MonoMs lastArrivalMs() const { return lastArrivalMs_; }

  StreamPtr stream;  // Set while attached.
  RulesPtr rules = nullptr;
  RateLimit rateLimit;
  bool isQueued = false;  // Its shard knows that it has news.

 private:
  void sendAck(std::uint32_t ackNumber, const Ack& ack) override;
  void sendNak(std::span<const SeqRange> ranges) override;
  void givenUp(PositionRange range) override;
  // False: another publisher has taken the stream over.
  bool mayWrite(Position position, StreamHub& hub, std::vector<PublisherRef>& replaced);
  void store(const Received& received, const DataHeader& header, Bytes payload);
  PacketIndex indexOf(Position position) const { return position + indexOffset_; }

  Receiver receiver_;
  std::optional<ReceiveKeys> keys_;
  Egress& egress_;  // Of the shard.
  PacketBatch batch_;
  std::shared_ptr<PacketBlock> block_;
  std::int64_t indexOffset_ = 0;
  bool isWriter_ = false;
  std::uint64_t undecrypted_ = 0;
  std::uint64_t bytesUndecrypted_ = 0;
  MonoMs lastArrivalMs_;
  MonoUs newestOriginUs_ = 0;
  MonoUs nowUs_ = 0;  // Of the call under way, for what the sink sends.
};

}  // namespace sls::direct
