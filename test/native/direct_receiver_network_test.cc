// A sender, a bad network and a receiver, beside the model that checks each of the receiver's steps.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "direct_receiver_model.h"

using namespace sls::direct;
using sls::test::ReceiverModel;

namespace {

struct Conditions {
  std::uint64_t seed = 1;
  int packets = 10'000;
  int packetEveryUs = 2500;         // About 4 Mbit/s.
  std::uint32_t lossPermille = 50;  // Each way.
  std::uint32_t burstPackets = 1;   // How many are lost together.
  std::uint32_t duplicatePermille = 0;
  std::int64_t rttUs = 60'000;
  std::uint32_t jitterUs = 0;  // At most so much later, each packet by itself.
  int latencyMs = 300;
  int lossMaxTtlPackets = 0;
  std::uint32_t windowPackets = 25'600;
  std::uint32_t initialSeq = 12'345;
  std::uint32_t startTimestampUs = 0;
  bool isDroppingLate = true;  // The sender forgets what is older than the latency, and says so when it is asked.
};

class Network {
 public:
  explicit Network(const Conditions& conditions)
      : conditions_(conditions), random_(conditions.seed), model_(optionsOf(conditions)) {}

  // Until everything was sent, and what came of it is known.
  void run() {
    const MonoUs lastUs = kStartUs + MonoUs{conditions_.packets} * conditions_.packetEveryUs;
    for (int i = 0; i < conditions_.packets; ++i) {
      at(kStartUs + MonoUs{i} * conditions_.packetEveryUs, [this, i] { transmit(i, false); });
    }
    // The end of a stream shows no gap by itself.
    for (int i = 0; i < 20; ++i) at(lastUs + i * 100'000, [this] { transmit(conditions_.packets - 1, true); });
    for (MonoUs us = kStartUs; us < lastUs + 5'000'000; us += 10'000) at(us, [this] { tick(); });
    while (!events_.empty() && model_.fault().empty()) {
      const Event event = events_.top();
      events_.pop();
      nowUs_ = event.us;
      event.run();
    }
  }

  const ReceiverModel& model() const { return model_; }
  std::uint64_t resent() const { return resent_; }
  // Neither arrived nor given up.
  int openPackets() const {
    int open = 0;
    for (int i = 0; i < conditions_.packets; ++i) {
      const Position position = model_.firstPosition() + i;
      if (model_.hasArrived(position) == model_.isGivenUp(position)) ++open;
    }
    return open;
  }

 private:
  static constexpr MonoUs kStartUs = 900'000'000;

  struct Event {
    MonoUs us;
    std::uint64_t order;
    std::function<void()> run;
    bool operator<(const Event& other) const { return std::pair(us, order) > std::pair(other.us, other.order); }
  };

  static ReceiverOptions optionsOf(const Conditions& conditions) {
    ReceiverOptions options;
    options.initialSeq = conditions.initialSeq;
    options.latencyMs = conditions.latencyMs;
    // The conclusion took the same way as the packets.
    options.startUs = kStartUs + conditions.rttUs / 2;
    options.startTimestampUs = conditions.startTimestampUs;
    options.lossMaxTtlPackets = conditions.lossMaxTtlPackets;
    options.windowPackets = conditions.windowPackets;
    return options;
  }

  // std::uniform_int_distribution differs between libraries; a failure must come back with its seed.
  std::uint32_t below(std::uint32_t limit) { return limit == 0 ? 0 : static_cast<std::uint32_t>(random_() % limit); }
  void at(MonoUs us, std::function<void()> run) { events_.push({us, order_++, std::move(run)}); }

  void carry(const std::function<void()>& deliver) {
    if (lostInBurst_ > 0 || below(1000) * conditions_.burstPackets < conditions_.lossPermille) {
      lostInBurst_ = lostInBurst_ > 0 ? lostInBurst_ - 1 : conditions_.burstPackets - 1;
      return;
    }
    const int copies = below(1000) < conditions_.duplicatePermille ? 2 : 1;
    for (int i = 0; i < copies; ++i) at(nowUs_ + conditions_.rttUs / 2 + below(conditions_.jitterUs + 1), deliver);
  }

  std::uint32_t stamp(MonoUs us) const {
    return conditions_.startTimestampUs + static_cast<std::uint32_t>(us - kStartUs);
  }

  void transmit(int number, bool isRetransmitted) {
    DataHeader header;
    header.seq = seqOf(conditions_.initialSeq + number);
    header.timestampUs = stamp(kStartUs + MonoUs{number} * conditions_.packetEveryUs);
    header.isRetransmitted = isRetransmitted;
    carry([this, header] {
      model_.onData(header, 1316, nowUs_);
      answer();
    });
  }

  void tick() {
    model_.tick(nowUs_);
    answer();
  }

  // What the sender makes of the receiver's messages.
  void answer() {
    for (const auto& nak : model_.naks()) {
      carry([this, nak] {
        for (const SeqRange& range : nak.ranges) resend(range);
      });
    }
    for (const auto& sent : model_.acks()) {
      if (sent.number == 0) continue;
      carry([this, number = sent.number] {
        carry([this, number, timestampUs = stamp(nowUs_)] { model_.onAckAck(number, timestampUs, nowUs_); });
      });
    }
  }

  void resend(SeqRange range) {
    const std::uint32_t count = ((range.last - range.first) & kSeqMask) + 1;
    const auto first = static_cast<int>((range.first - conditions_.initialSeq) & kSeqMask);
    std::uint32_t late = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const int number = first + static_cast<int>(i);
      const MonoUs ageUs = nowUs_ - (kStartUs + MonoUs{number} * conditions_.packetEveryUs);
      if (conditions_.isDroppingLate && ageUs > MonoUs{conditions_.latencyMs} * 1000) {
        ++late;
        continue;
      }
      ++resent_;
      transmit(number, true);
    }
    if (late == 0) return;
    const SeqRange dropped{range.first, (range.first + late - 1) & kSeqMask};
    carry([this, dropped] { model_.onDropRequest(dropped, nowUs_); });
  }

  Conditions conditions_;
  std::mt19937_64 random_;
  ReceiverModel model_;
  std::priority_queue<Event> events_;
  std::uint64_t order_ = 0;
  std::uint32_t lostInBurst_ = 0;
  std::uint64_t resent_ = 0;
  MonoUs nowUs_ = 0;
};

const ReceiverCounters& ran(Network& network) {
  network.run();
  CHECK(network.model().fault() == "");
  CHECK(network.openPackets() == 0);
  return network.model().receiver().counters();
}

}  // namespace

TEST_CASE("direct receiver network: without loss nothing is asked for") {
  Conditions conditions;
  conditions.lossPermille = 0;
  Network network(conditions);
  const ReceiverCounters& counters = ran(network);
  CHECK(counters.packets == 10'000);
  CHECK(counters.lost == 0);
  CHECK(network.resent() == 0);
  CHECK(network.model().receiver().rtt().us() == 60'000);
}

TEST_CASE("direct receiver network: 5 % loss each way, RTT 60 ms, latency 300 ms: everything is recovered") {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    Conditions conditions;
    conditions.seed = seed;
    Network network(conditions);
    const ReceiverCounters& counters = ran(network);
    CHECK(counters.packets == 10'000);
    CHECK(counters.lost > 300);
    CHECK(counters.dropped == 0);
  }
}

TEST_CASE("direct receiver network: what cannot be recovered in time is given up, once") {
  for (const std::uint64_t seed : {5, 6}) {
    Conditions conditions;
    conditions.seed = seed;
    conditions.lossPermille = 200;
    conditions.burstPackets = 20;
    conditions.rttUs = 200'000;
    conditions.latencyMs = 250;
    for (const bool isDroppingLate : {true, false}) {
      conditions.isDroppingLate = isDroppingLate;
      Network network(conditions);
      const ReceiverCounters& counters = ran(network);
      CHECK(counters.dropped > 0);
      CHECK(counters.packets + counters.dropped == 10'000);
    }
  }
}

TEST_CASE("direct receiver network: disorder and duplicates, with and without tolerance") {
  for (const int lossMaxTtlPackets : {0, 40}) {
    Conditions conditions;
    conditions.jitterUs = 30'000;
    conditions.duplicatePermille = 50;
    conditions.lossMaxTtlPackets = lossMaxTtlPackets;
    Network network(conditions);
    const ReceiverCounters& counters = ran(network);
    CHECK(counters.duplicates > 300);
    CHECK(counters.packets + counters.dropped == 10'000);
  }
}

TEST_CASE("direct receiver network: tolerance spares the publisher resending what was only late") {
  Conditions conditions;
  conditions.lossPermille = 0;
  conditions.jitterUs = 12'000;
  Network hasty(conditions);
  ran(hasty);
  conditions.lossMaxTtlPackets = 40;
  Network tolerant(conditions);
  const ReceiverCounters& counters = ran(tolerant);
  CHECK(counters.dropped == 0);
  CHECK(hasty.resent() > 1000);
  CHECK(tolerant.resent() * 10 < hasty.resent());
}

TEST_CASE("direct receiver network: across the wraps of sequence number and timestamp") {
  Conditions conditions;
  conditions.lossPermille = 100;
  conditions.initialSeq = kSeqMask - 5000;
  conditions.startTimestampUs = 0xFFFF'FFFF - 12'000'000;
  conditions.jitterUs = 20'000;
  conditions.latencyMs = 500;
  Network network(conditions);
  const ReceiverCounters& counters = ran(network);
  CHECK(counters.packets > 9990);
}

TEST_CASE("direct receiver network: a window that is smaller than what is under way") {
  Conditions conditions;
  conditions.windowPackets = 64;
  conditions.packetEveryUs = 500;
  Network network(conditions);
  const ReceiverCounters& counters = ran(network);
  CHECK(counters.packets + counters.dropped == 10'000);
  CHECK(counters.wirePackets > counters.packets + counters.duplicates + counters.belated);
}
