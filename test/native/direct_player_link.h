// A player's sender with a store to send from, and a wire to see what it sends. Packets are counted from 0, times are
// in milliseconds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "direct/send/player_sender.h"
#include "direct_packet_source.h"
#include "direct_wire_tap.h"

namespace sls::direct::test {

struct SentData {
  std::int64_t number = 0;
  DataHeader header;
  Packet payload;
};

using Numbers = std::vector<std::int64_t>;
using NumberRanges = std::vector<std::pair<std::int64_t, std::int64_t>>;

// What one player was sent.
struct Sent {
  std::vector<SentData> data;
  NumberRanges drops;

  Numbers numbers() const {
    Numbers all;
    for (const SentData& one : data) all.push_back(one.number);
    return all;
  }
  // Those with the retransmission flag.
  Numbers flagged() const {
    Numbers some;
    for (const SentData& one : data) {
      if (one.header.isRetransmitted) some.push_back(one.number);
    }
    return some;
  }
  bool isEmpty() const { return data.empty() && drops.empty(); }
};

inline Numbers count(std::int64_t first, std::int64_t last) {
  Numbers all;
  for (std::int64_t number = first; number <= last; ++number) all.push_back(number);
  return all;
}

// Reads packets for one peer; numbers are relative to `initialSeq`.
inline Sent readSent(const std::vector<Packet>& packets, std::uint32_t peerSocketId, std::uint32_t initialSeq) {
  Sent sent;
  const auto numberOf = [&](std::uint32_t seq) {
    return positionOf(seq, firstPosition(initialSeq)) - firstPosition(initialSeq);
  };
  for (const Packet& packet : packets) {
    if (packet.size() < kHeaderBytes || socketIdOf(packet.data()) != peerSocketId) continue;
    const Bytes body = Bytes(packet).subspan(kHeaderBytes);
    if (!isControl(packet.data())) {
      const DataHeader header = readDataHeader(packet.data());
      sent.data.push_back({numberOf(header.seq), header, Packet(body.begin(), body.end())});
    } else if (readControlHeader(packet.data()).type == ControlType::DropRequest) {
      const auto range = parseDropRequest(body);
      if (range) sent.drops.emplace_back(numberOf(range->first), numberOf(range->last));
    }
  }
  return sent;
}

class PlayerLink {
 public:
  static constexpr MonoUs kStartUs = 50'000'000;
  static constexpr std::uint32_t kPeer = 77;

  static PlayerOptions options(std::uint32_t initialSeq = 1000) {
    PlayerOptions chosen;
    chosen.initialSeq = initialSeq;
    chosen.peerSocketId = kPeer;
    chosen.startUs = kStartUs;
    return chosen;
  }
  static MonoUs at(std::int64_t ms) { return kStartUs + ms * 1000; }

  explicit PlayerLink(const PlayerOptions& chosen = options(), std::optional<SendKeys> keys = std::nullopt,
                      PacketIndex firstIndex = 0)
      : options_(chosen),
        first_(firstIndex),
        end_(firstIndex),
        settled_(firstIndex),
        target_(wire.target()),
        store(64 << 20),
        sender(chosen, std::move(keys), target_) {
    sender.start(firstIndex);
  }

  // Packet `number`, sent by its publisher at `originMs`.
  void put(std::int64_t number, std::int64_t originMs, bool isRetransmitted = false) {
    const auto made = source_.make(first_ + number, at(originMs), kPayloadBytes, isRetransmitted);
    store.put(first_ + number, made.packet, made.block);
    end_ = store.head();
  }
  void pump(std::int64_t nowMs) { sender.pump(playable(), wire.egress, at(nowMs)); }
  // Packets first … last come and are sent, at `nowMs`.
  void play(std::int64_t first, std::int64_t last, std::int64_t nowMs) {
    for (std::int64_t number = first; number <= last; ++number) put(number, nowMs);
    pump(nowMs);
  }
  void late(std::int64_t number, std::int64_t nowMs) {
    sender.sendLate(playable(), first_ + number, wire.egress, at(nowMs));
  }
  void gone(std::int64_t first, std::int64_t last, std::int64_t nowMs) {
    sender.tellGone({first_ + first, first_ + last}, wire.egress, at(nowMs));
  }
  // Nothing before `number` is awaited any more.
  void settle(std::int64_t number) { settled_ = first_ + number; }

  // A full ACK: everything before `number` has arrived.
  void ack(std::int64_t number, std::uint32_t freePackets = 8192, std::uint32_t rttUs = 20'000,
           std::uint32_t varianceUs = 0) {
    sender.onAck({.nextSeq = seq(number), .rttUs = rttUs, .rttVarianceUs = varianceUs, .freePackets = freePackets});
  }
  void nak(const NumberRanges& ranges, std::int64_t nowMs) {
    std::vector<SeqRange> wanted;
    for (const auto& [first, last] : ranges) wanted.push_back({seq(first), seq(last)});
    std::vector<std::byte> body(ranges.size() * 8);
    std::size_t taken = 0;
    const std::size_t size = writeNak(body, wanted, taken);
    sender.onNak(NakReader(Bytes(body).first(size)), playable(), wire.egress, at(nowMs));
  }
  void checkTail(std::int64_t nowMs) { sender.checkTail(playable(), wire.egress, at(nowMs)); }

  // Since the last call.
  Sent take() { return readSent(wire.take(), options_.peerSocketId, options_.initialSeq); }

  Playable playable() const { return {store, end_, settled_, shiftUs}; }
  std::uint32_t seq(std::int64_t number) const { return seqOf(firstPosition(options_.initialSeq) + number); }

  MonoUs shiftUs = 0;
  WireTap wire;

 private:
  PlayerOptions options_;
  PacketIndex first_;
  PacketIndex end_;
  PacketIndex settled_;
  PacketSource source_;
  Target target_;

 public:
  PacketStore store;
  PlayerSender sender;
};

}  // namespace sls::direct::test
