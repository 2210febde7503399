// A receiver and beside it the plainest book-keeping of what it should do: sets of positions and no cleverness.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "direct/receive/receiver.h"

namespace sls::test {

using namespace sls::direct;

class ReceiverModel : private ReceiverSink {
 public:
  struct SentAck {
    std::uint32_t number;
    Ack ack;
  };
  struct SentNak {
    std::vector<SeqRange> ranges;
  };

  explicit ReceiverModel(const ReceiverOptions& options);

  Received onData(const DataHeader& header, std::size_t payloadBytes, MonoUs nowUs);
  void onDropRequest(SeqRange range, MonoUs nowUs);
  void onAckAck(std::uint32_t number, std::uint32_t timestampUs, MonoUs nowUs);
  void tick(MonoUs nowUs);

  const Receiver& receiver() const { return receiver_; }
  // '' as long as the receiver has done nothing wrong, else the first thing that it has.
  const std::string& fault() const { return fault_; }
  // What was sent by the last call.
  const std::vector<SentAck>& acks() const { return acks_; }
  const std::vector<SentNak>& naks() const { return naks_; }
  const std::vector<PositionRange>& givenUp() const { return givenUp_; }

  Position firstPosition() const { return first_; }
  bool hasArrived(Position position) const { return arrived_.contains(position); }
  bool isGivenUp(Position position) const;

 private:
  void sendAck(std::uint32_t number, const Ack& ack) override;
  void sendNak(std::span<const SeqRange> ranges) override;
  void givenUp(PositionRange range) override;

  void begin();
  void check();
  void checkArrival(const Received& received);
  void check(const SentAck& sent);
  void check(const SentNak& sent);
  void check(const PositionRange& range);
  void expect(bool isRight, const char* what);
  // True: no position of the range has arrived or was given up.
  bool isMissing(PositionRange range) const;
  // The first that has neither arrived nor was given up.
  Position firstOpen();

  Receiver receiver_;
  Position window_;
  Position first_;
  Position firstOpen_;
  Position endBefore_;
  Position firstOpenBefore_;
  std::set<Position> arrived_;
  std::map<Position, Position> given_;  // First and last of each range.
  std::uint64_t givenCount_ = 0;
  std::uint32_t lastAckNumber_ = 0;
  Position lastAcked_;
  std::string fault_;

  // Of the receiver, checked once it is known what the packet was.
  std::vector<std::function<void()>> calls_;
  std::vector<SentAck> acks_;
  std::vector<SentNak> naks_;
  std::vector<PositionRange> givenUp_;
};

inline ReceiverModel::ReceiverModel(const ReceiverOptions& options)
    : receiver_(options),
      window_(options.windowPackets),
      first_(direct::firstPosition(options.initialSeq)),
      firstOpen_(first_),
      endBefore_(first_),
      firstOpenBefore_(first_),
      lastAcked_(first_) {}

inline Received ReceiverModel::onData(const DataHeader& header, std::size_t payloadBytes, MonoUs nowUs) {
  begin();
  const Received received = receiver_.onData(header, payloadBytes, nowUs, *this);
  expect(seqOf(received.position) == header.seq, "a position of another sequence number");
  checkArrival(received);
  check();
  return received;
}

inline void ReceiverModel::onDropRequest(SeqRange range, MonoUs nowUs) {
  begin();
  receiver_.onDropRequest(range, nowUs, *this);
  check();
  expect(acks_.empty() && naks_.empty(), "an answer to a drop request");
}

inline void ReceiverModel::onAckAck(std::uint32_t number, std::uint32_t timestampUs, MonoUs nowUs) {
  begin();
  receiver_.onAckAck(number, timestampUs, nowUs);
  check();
}

inline void ReceiverModel::tick(MonoUs nowUs) {
  begin();
  receiver_.tick(nowUs, *this);
  check();
}

inline bool ReceiverModel::isGivenUp(Position position) const {
  const auto after = given_.upper_bound(position);
  return after != given_.begin() && std::prev(after)->second >= position;
}

inline void ReceiverModel::sendAck(std::uint32_t number, const Ack& ack) {
  calls_.emplace_back([this, sent = SentAck{number, ack}] { check(sent); });
}

inline void ReceiverModel::sendNak(std::span<const SeqRange> ranges) {
  calls_.emplace_back([this, sent = SentNak{{ranges.begin(), ranges.end()}}] { check(sent); });
}

inline void ReceiverModel::givenUp(PositionRange range) {
  calls_.emplace_back([this, range] { check(range); });
}

inline void ReceiverModel::begin() {
  calls_.clear();
  acks_.clear();
  naks_.clear();
  givenUp_.clear();
  endBefore_ = receiver_.end();
  firstOpenBefore_ = firstOpen();
}

inline void ReceiverModel::checkArrival(const Received& received) {
  const Position position = received.position;
  const bool isKnown = arrived_.contains(position);
  switch (received.arrival) {
    case Arrival::Next:
      expect(position >= endBefore_ && position == receiver_.end() - 1, "Next is not at the end");
      arrived_.insert(position);
      break;
    case Arrival::Recovered:
      expect(position >= firstOpenBefore_ && position < endBefore_, "Recovered is not in a gap");
      expect(!isKnown && !isGivenUp(position), "Recovered was not missing");
      arrived_.insert(position);
      break;
    case Arrival::Duplicate: expect(isKnown, "Duplicate has not arrived before"); break;
    case Arrival::Belated:
      // What arrived so long ago that nobody remembers passes for belated too.
      expect(position < first_ || isGivenUp(position) || (isKnown && position < firstOpenBefore_),
             "Belated was awaited");
      break;
    case Arrival::OutOfWindow: expect(position >= firstOpenBefore_ + window_, "OutOfWindow is in the window"); break;
  }
}

inline void ReceiverModel::check() {
  for (const auto& call : calls_) call();
  expect(receiver_.firstMissing() == firstOpen(), "another first missing packet");
  expect(receiver_.end() >= endBefore_, "the end went back");
  expect(receiver_.end() - receiver_.firstMissing() <= window_, "more than a window is open");
  const ReceiverCounters& counters = receiver_.counters();
  expect(counters.packets == arrived_.size(), "miscounted packets");
  expect(counters.dropped == givenCount_, "miscounted drops");
  expect(counters.dropped <= counters.lost, "dropped what was not lost");
}

inline void ReceiverModel::check(const SentAck& sent) {
  acks_.push_back(sent);
  const Position position = positionOf(sent.ack.nextSeq, firstOpen());
  expect(position == firstOpen(), "an ACK of another position than the first missing");
  expect(position >= lastAcked_, "an ACK went back");
  lastAcked_ = position;
  expect((sent.number == 0) == (sent.ack.kind == AckKind::Light), "the number of an ACK of the other kind");
  if (sent.number == 0) return;
  expect(sent.number == lastAckNumber_ + 1, "ACK numbers out of order");
  lastAckNumber_ = sent.number;
  const Position free = std::max<Position>(2, window_ - (receiver_.end() - position));
  expect(sent.ack.freePackets == free, "another free room");
}

inline void ReceiverModel::check(const SentNak& sent) {
  naks_.push_back(sent);
  std::size_t words = 0;
  Position last = first_ - 1;
  for (const SeqRange& range : sent.ranges) {
    words += range.first == range.last ? 1 : 2;
    const PositionRange asked{positionOf(range.first, firstOpen()), positionOf(range.last, firstOpen())};
    expect(asked.first <= asked.last && asked.first > last, "NAK ranges out of order");
    expect(asked.last < receiver_.end(), "a NAK of what was never sent");
    expect(isMissing(asked), "a NAK of what is not missing");
    last = asked.last;
  }
  expect(words > 0 && words <= 360, "an empty or too large NAK");
}

inline void ReceiverModel::check(const PositionRange& range) {
  expect(range.first <= range.last, "a range that ends before it begins");
  expect(givenUp_.empty() || givenUp_.back().last < range.first, "given up out of order");
  expect(isMissing(range), "given up what was not missing");
  givenUp_.push_back(range);
  given_.emplace(range.first, range.last);
  givenCount_ += static_cast<std::uint64_t>(range.last - range.first + 1);
}

inline void ReceiverModel::expect(bool isRight, const char* what) {
  if (!isRight && fault_.empty()) fault_ = what;
}

inline bool ReceiverModel::isMissing(PositionRange range) const {
  const auto arrived = arrived_.lower_bound(range.first);
  if (arrived != arrived_.end() && *arrived <= range.last) return false;
  const auto after = given_.upper_bound(range.last);
  return after == given_.begin() || std::prev(after)->second < range.first;
}

inline Position ReceiverModel::firstOpen() {
  while (true) {
    const auto given = given_.find(firstOpen_);
    if (given != given_.end()) {
      firstOpen_ = given->second + 1;
    } else if (arrived_.contains(firstOpen_)) {
      ++firstOpen_;
    } else {
      return firstOpen_;
    }
  }
}

}  // namespace sls::test
