// Any sequence of calls on a receiver, checked by the model of the unit tests. Input: eleven bytes of options, then
// calls of one byte of kind and what each needs.
#include <cstdint>
#include <string>

#include "../../native/direct_receiver_model.h"
#include "invariant.h"

using namespace sls::direct;

namespace {

constexpr int kMaxCalls = 2000;
constexpr MonoUs kStartUs = 1'000'000;

std::uint32_t doubleWord(sls::fuzz::Input& input) {
  const std::uint32_t high = input.word();
  return high << 16U | input.word();
}

ReceiverOptions readOptions(sls::fuzz::Input& input) {
  ReceiverOptions options;
  options.initialSeq = doubleWord(input) & kSeqMask;
  options.startTimestampUs = doubleWord(input);
  options.latencyMs = input.byte() * 16;
  const std::uint8_t flags = input.byte();
  options.isPeriodicNak = (flags & 1U) == 0;
  options.lossMaxTtlPackets = flags >> 2U;
  options.windowPackets = (flags & 2U) == 0 ? 25'600 : 1U + input.byte();
  options.startUs = kStartUs;
  return options;
}

class Calls {
 public:
  explicit Calls(sls::fuzz::Input& input)
      : input_(input), options_(readOptions(input)), model_(options_), nextSeq_(options_.initialSeq) {}

  void one() {
    const std::uint8_t kind = input_.byte();
    switch (kind % 8) {
      case 0: data(nextSeq_, kind); break;
      case 1: data((nextSeq_ + 1 + input_.byte()) & kSeqMask, kind); break;
      case 2: data((nextSeq_ - input_.byte()) & kSeqMask, kind); break;
      case 3: data(kind < 128 ? doubleWord(input_) & kSeqMask : (nextSeq_ + input_.word()) & kSeqMask, kind); break;
      case 4: nowUs_ += kind < 128 ? input_.byte() * 100 : input_.word() * 1000; break;
      case 5: tick(); break;
      case 6: drop(kind); break;
      case 7: ackAck(kind); break;
    }
    check();
  }

 private:
  // The upper bits of the kind say how the rest of the packet is.
  void data(std::uint32_t seq, std::uint8_t kind) {
    DataHeader header;
    header.seq = seq;
    header.isRetransmitted = (kind & 8U) != 0;
    header.timestampUs = (kind & 16U) != 0 ? doubleWord(input_) : timestampUs();
    const Received received = model_.onData(header, 1316, nowUs_);
    const MonoUs latencyUs = MonoUs{options_.latencyMs} * 1000;
    INVARIANT(received.originUs >= nowUs_ - latencyUs - TimeBase::kMaxAgeUs);
    INVARIANT(received.originUs <= nowUs_ + latencyUs + TimeBase::kMaxAheadUs);
    if (received.arrival == Arrival::Next) nextSeq_ = (seq + 1) & kSeqMask;
  }

  void tick() {
    model_.tick(nowUs_);
    if (!model_.acks().empty()) ackNumber_ = model_.acks().back().number;
  }

  void drop(std::uint8_t kind) {
    const std::uint32_t first = kind < 128 ? (nextSeq_ - input_.byte()) & kSeqMask : doubleWord(input_) & kSeqMask;
    const std::uint32_t count = (kind & 8U) != 0 ? doubleWord(input_) : input_.byte();
    model_.onDropRequest({first, (first + count) & kSeqMask}, nowUs_);
  }

  void ackAck(std::uint8_t kind) {
    const std::uint32_t number = kind < 128 ? ackNumber_ - (kind >> 5U) : doubleWord(input_);
    model_.onAckAck(number, (kind & 8U) != 0 ? doubleWord(input_) : timestampUs(), nowUs_);
  }

  void check() const {
    if (!model_.fault().empty()) std::fprintf(stderr, "%s\n", model_.fault().c_str());
    INVARIANT(model_.fault().empty());
    // No input makes a session longer than a few hours, and a peer's ACKACKs can move its clock by seconds at a time.
    INVARIANT(model_.receiver().rtt().us() >= 0 && model_.receiver().rtt().us() <= 10'000'000);
    INVARIANT(model_.receiver().capacityMbps() >= 0);
  }

  std::uint32_t timestampUs() const {
    return options_.startTimestampUs + static_cast<std::uint32_t>(nowUs_ - kStartUs);
  }

  sls::fuzz::Input& input_;
  ReceiverOptions options_;
  sls::test::ReceiverModel model_;
  std::uint32_t nextSeq_;
  std::uint32_t ackNumber_ = 0;
  MonoUs nowUs_ = kStartUs;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sls::fuzz::Input input(data, size);
  Calls calls(input);
  for (int i = 0; i < kMaxCalls && !input.isEmpty(); ++i) calls.one();
  return 0;
}
