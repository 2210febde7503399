// Any sequence of packets, flushes, acknowledgements and requests on a stream's view and its players, which send over
// loopback. Input: eight bytes of options, then calls of one byte of kind and what each needs.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../../native/direct_player_link.h"
#include "direct/stream/stream_view.h"
#include "invariant.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr int kMaxCalls = 600;
constexpr std::size_t kMaxPlayers = 4;
constexpr MonoUs kStartUs = 100'000'000;
constexpr PacketIndex kFirstIndex = 1000;

// Sockets are dear, and empty between the inputs.
WireTap& tapOf(std::uint8_t mode) {
  static std::array<WireTap, 3> taps{WireTap(UdpSend::Segment), WireTap(UdpSend::Batch), WireTap(UdpSend::Single)};
  return taps[mode % taps.size()];
}

std::uint32_t doubleWord(sls::fuzz::Input& input) {
  const std::uint32_t high = input.word();
  return high << 16U | input.word();
}

struct Listener {
  Listener(const PlayerOptions& chosen, const WireTap& wire)
      : options(chosen), target(wire.target()), sender(chosen, std::nullopt, target) {}

  PlayerOptions options;
  Target target;
  PlayerSender sender;
  PacketIndex start = -1;    // -1 = not yet.
  std::int64_t highest = 0;  // Number one past the highest seen on the wire.
  std::map<std::uint32_t, PacketIndex> indexOfSeq;
  PacketIndex lastCursor = 0;
};

struct Put {
  std::size_t bytes;
  MonoUs originUs;
};

class Calls {
 public:
  explicit Calls(sls::fuzz::Input& input)
      : input_(input),
        flags_(input.byte()),
        latencyUs_(MonoUs{input.byte()} * 8000),
        wire_(tapOf(input.byte())),
        stream_(std::make_shared<SharedStream>("live")),
        view_(stream_, isTimed(), (std::size_t{1} + input.byte()) * 2048) {
    stream_->publisherLatencyMs = static_cast<int>(latencyUs_ / 1000);
    maxRexmitPercent_ = input.byte();
    initialSeq_ = kSeqMask - input.byte() * 4U;
    windowPackets_ = input.word();
    join();
  }
  ~Calls() {
    drain();
    for (auto& player : players_) view_.remove(player->sender);
  }
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  void one() {
    const std::uint8_t kind = input_.byte();
    switch (kind % 16) {
      case 0:
      case 1: put(next_, kind); break;
      case 2: put(next_ + input_.byte(), kind); break;
      case 3: put(std::max<PacketIndex>(next_ - input_.byte(), 0), kind); break;
      // Now and then farther than the store is long: such a hole costs a walk each time.
      case 4: put(next_ + (kind < 244 ? input_.byte() * 16 : input_.word() * 8), kind); break;
      case 5: nowUs_ += kind < 128 ? input_.byte() * 100 : input_.word() * 100; break;
      case 6: flush(); break;
      case 7: view_.tickFast(wire_.egress, nowUs_); break;
      case 8: ack(kind); break;
      case 9:
      case 10: nak(kind); break;
      case 11: gone(kind); break;
      case 12: settle(); break;
      case 13: trim(); break;
      case 14: kind < 128 ? join() : leave(); break;
      case 15: drain(); break;
    }
    check();
  }

 private:
  bool isTimed() const { return (flags_ & 1U) != 0; }

  Listener* chosen(std::uint8_t which) { return players_.empty() ? nullptr : players_[which % players_.size()].get(); }

  void put(PacketIndex index, std::uint8_t kind) {
    const std::size_t bytes = kind < 64 ? kPayloadBytes : 20 + std::size_t{input_.byte()} * 5;
    const MonoUs originUs = nowUs_ - (kind < 192 ? 0 : input_.word() * 40 - 200'000);
    const auto made = source_.make(index, originUs, bytes, (kind & 16U) != 0);
    // What the store does not take is put nowhere.
    const bool isKnown = put_.contains(index);
    const PacketStore& store = view_.playable().store;
    const bool isTooOld = store.isStarted() && index < store.tail();
    view_.put(index, made.packet, made.block);
    if (!isKnown && !isTooOld) put_[index] = {bytes, originUs};
    next_ = std::max(next_, index + 1);
  }

  void flush() {
    const PacketIndex start = view_.playable().end;
    view_.flush(wire_.egress, nowUs_);
    for (auto& player : players_) {
      if (player->start < 0 && player->sender.isStarted()) player->start = start;
    }
  }

  void ack(std::uint8_t kind) {
    Listener* player = chosen(kind >> 4U);
    if (player == nullptr) return;
    Ack ack;
    ack.kind = static_cast<AckKind>(input_.byte() % 3);
    ack.nextSeq = seq(*player);
    ack.rttUs = kind < 128 ? input_.word() : doubleWord(input_);
    ack.rttVarianceUs = input_.word();
    ack.freePackets = kind < 192 ? input_.byte() : doubleWord(input_);
    player->sender.onAck(ack);
    player->sender.deferAckAck(ack.rttUs & 3U);
    // As the shard does.
    if (player->sender.behindSinceUs() != 0) player->sender.pump(view_.playable(), wire_.egress, nowUs_);
  }

  void nak(std::uint8_t kind) {
    Listener* player = chosen(kind >> 4U);
    if (player == nullptr) return;
    std::array<std::byte, 64> body;
    const std::size_t words = 1 + input_.byte() % (body.size() / 4);
    for (std::size_t i = 0; i < words; ++i) {
      const bool isFirst = (input_.byte() & 1U) != 0;
      writeWord(body.data() + 4 * i, seq(*player) | (isFirst ? 0x8000'0000 : 0));
    }
    const std::uint64_t before = player->sender.counters().retransmitted;
    const Bytes list = Bytes(body).first(words * 4 - (kind < 240 ? 0 : 1));
    player->sender.onNak(NakReader(list), view_.playable(), wire_.egress, nowUs_);
    const PacketStore& store = view_.playable().store;
    INVARIANT(player->sender.counters().retransmitted - before <=
              static_cast<std::uint64_t>(store.head() - store.tail()));
  }

  // Mostly about what was sent.
  std::uint32_t seq(const Listener& player) {
    const std::uint8_t kind = input_.byte();
    if (kind == 255) return doubleWord(input_) & kSeqMask;
    const auto behind = static_cast<std::uint32_t>(kind < 200 ? kind : input_.word());
    return (player.options.initialSeq + static_cast<std::uint32_t>(player.highest) + 4 - behind) & kSeqMask;
  }

  void gone(std::uint8_t kind) {
    const PacketIndex last = next_ - 1 - input_.byte();
    view_.putGone({last - (kind < 128 ? input_.byte() : input_.word()), last});
  }
  void settle() { view_.settle(next_ - input_.byte()); }
  // As the shard does: what is on its way out must be gone before.
  void trim() {
    drain();
    view_.trim(nowUs_);
  }
  void join() {
    if (players_.size() == kMaxPlayers) return;
    PlayerOptions options;
    options.initialSeq = initialSeq_;
    options.peerSocketId = ++lastId_;
    options.startUs = kStartUs;
    options.flowWindowPackets = windowPackets_;
    options.latencyMs = static_cast<int>(latencyUs_ / 2000);
    options.maxRexmitPercent = maxRexmitPercent_;
    options.maxPayloadBytes = (flags_ & 2U) != 0 ? 700 : kMaxPayloadBytes;
    players_.push_back(std::make_unique<Listener>(options, wire_));
    view_.noteLatency(options.latencyMs);
    view_.add(players_.back()->sender);
    const Playable stream = view_.playable();
    if (stream.store.isStarted()) players_.back()->start = isTimed() ? stream.end : stream.store.head();
  }
  void leave() {
    if (players_.empty()) return;
    drain();
    view_.remove(players_.front()->sender);
    players_.erase(players_.begin());
  }

  void drain() {
    const auto packets = wire_.take();
    for (auto& player : players_) {
      const Sent sent = readSent(packets, player->options.peerSocketId, player->options.initialSeq);
      for (const SentData& one : sent.data) checkData(*player, one);
      for (const auto& [first, last] : sent.drops) {
        INVARIANT(player->start >= 0);
        INVARIANT(first >= 0 && first <= last);
        INVARIANT(last < player->sender.cursor() - player->start);
      }
    }
  }

  void checkData(Listener& player, const SentData& one) const {
    player.highest = std::max(player.highest, one.number + 1);
    const std::string text = textOf(one.payload);
    INVARIANT(text.starts_with("packet "));
    const PacketIndex index = std::stoll(text.substr(7));
    INVARIANT(text == payloadText(index, text.size()));
    const auto known = put_.find(index);
    INVARIANT(known != put_.end());
    INVARIANT(known->second.bytes == text.size());
    INVARIANT(text.size() <= player.options.maxPayloadBytes);
    INVARIANT(player.start >= 0 && index >= player.start && index < player.sender.cursor());
    INVARIANT(one.number >= 0 && one.number <= index - player.start);
    INVARIANT(one.header.message == messageNumberOf(one.number));
    const MonoUs shiftUs = isTimed() ? latencyUs_ : 0;
    INVARIANT(one.header.timestampUs == static_cast<std::uint32_t>(known->second.originUs + shiftUs - kStartUs));
    if (isTimed()) INVARIANT(index < view_.playable().end);
    // A number stands for one packet for good.
    INVARIANT(player.indexOfSeq.try_emplace(one.header.seq, index).first->second == index);
  }

  void check() {
    for (auto& player : players_) {
      const PlayerSender& sender = player->sender;
      INVARIANT(sender.isStarted() == (player->start >= 0));
      if (!sender.isStarted()) continue;
      INVARIANT(sender.cursor() >= player->start);
      INVARIANT(sender.cursor() >= player->lastCursor);
      player->lastCursor = sender.cursor();
      INVARIANT(sender.cursor() <= view_.playable().end || view_.playable().end < view_.playable().store.head());
      INVARIANT(sender.acknowledged() <= sender.cursor());
      checkCounters(*player);
    }
  }

  void checkCounters(const Listener& player) const {
    const PlayerCounters& counters = player.sender.counters();
    // A late packet goes out twice when the window opens between its coming and the flush.
    INVARIANT(counters.packets <= 2 * put_.size());
    const std::uint64_t resent = counters.wireBytes - counters.bytes - 44 * (counters.packets + counters.retransmitted);
    if (player.options.maxRexmitPercent == 0) return;
    INVARIANT(resent <=
              (1U << 20U) + counters.bytes * static_cast<std::uint64_t>(player.options.maxRexmitPercent) / 100);
  }

  sls::fuzz::Input& input_;
  std::uint8_t flags_;
  MonoUs latencyUs_;
  WireTap& wire_;
  StreamPtr stream_;
  StreamView view_;
  PacketSource source_{8};
  std::vector<std::unique_ptr<Listener>> players_;
  std::map<PacketIndex, Put> put_;
  PacketIndex next_ = kFirstIndex;
  MonoUs nowUs_ = kStartUs + 1'000'000;
  int maxRexmitPercent_ = 0;
  std::uint32_t initialSeq_ = 0;
  std::uint32_t windowPackets_ = 0;
  std::uint32_t lastId_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sls::fuzz::Input input(data, size);
  Calls calls(input);
  for (int i = 0; i < kMaxCalls && !input.isEmpty(); ++i) calls.one();
  return 0;
}
