// A receiver under test and short ways to feed it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "direct_receiver_model.h"

namespace sls::test {

// Sequence numbers and times are counted from the start: packet n carries the timestamp n ms, unless told otherwise.
class ReceiverLink {
 public:
  static constexpr MonoUs kStartUs = 7'000'000;
  static constexpr std::size_t kPayloadBytes = 1316;
  using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

  static ReceiverOptions options(std::uint32_t initialSeq = 1000) {
    ReceiverOptions chosen;
    chosen.initialSeq = initialSeq;
    chosen.startUs = kStartUs;
    return chosen;
  }
  explicit ReceiverLink(const ReceiverOptions& chosen = options())
      : model(chosen), initialSeq_(chosen.initialSeq), startTimestampUs_(chosen.startTimestampUs) {}

  Arrival send(std::int64_t number, std::int64_t nowMs, bool isRetransmitted = false) {
    return send(number, nowMs, number, isRetransmitted);
  }
  Arrival send(std::int64_t number, std::int64_t nowMs, std::int64_t timestampMs, bool isRetransmitted) {
    DataHeader header;
    header.seq = seq(number);
    header.isRetransmitted = isRetransmitted;
    header.timestampUs = stamp(timestampMs);
    return model.onData(header, kPayloadBytes, at(nowMs)).arrival;
  }
  // Packets first … last, each at its own millisecond.
  void sendAll(std::int64_t first, std::int64_t last) {
    for (std::int64_t number = first; number <= last; ++number) send(number, number);
  }
  void drop(std::int64_t first, std::int64_t last, std::int64_t nowMs) {
    model.onDropRequest({seq(first), seq(last)}, at(nowMs));
  }
  void ackAck(std::uint32_t ackNumber, std::int64_t nowMs) { model.onAckAck(ackNumber, stamp(nowMs), at(nowMs)); }
  void tick(std::int64_t nowMs) { model.tick(at(nowMs)); }

  // Of the last call.
  Ranges asked() const {
    Ranges ranges;
    for (const auto& nak : model.naks()) {
      for (const SeqRange& range : nak.ranges) ranges.emplace_back(number(range.first), number(range.last));
    }
    return ranges;
  }
  Ranges givenUp() const {
    Ranges ranges;
    for (const PositionRange& range : model.givenUp()) {
      ranges.emplace_back(range.first - model.firstPosition(), range.last - model.firstPosition());
    }
    return ranges;
  }
  std::int64_t firstMissing() const { return model.receiver().firstMissing() - model.firstPosition(); }
  std::int64_t end() const { return model.receiver().end() - model.firstPosition(); }
  std::int64_t number(std::uint32_t seqNumber) const {
    return positionOf(seqNumber, model.receiver().end()) - model.firstPosition();
  }

  ReceiverModel model;

 private:
  std::uint32_t seq(std::int64_t number) const { return seqOf(initialSeq_ + number); }
  std::uint32_t stamp(std::int64_t ms) const { return startTimestampUs_ + static_cast<std::uint32_t>(ms * 1000); }
  static MonoUs at(std::int64_t ms) { return kStartUs + ms * 1000; }

  std::uint32_t initialSeq_;
  std::uint32_t startTimestampUs_;
};

}  // namespace sls::test
