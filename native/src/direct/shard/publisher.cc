#include "direct/shard/publisher.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sls::direct {
namespace {

// The bytes of packets that were never seen are estimated from those that were.
std::uint64_t estimatedBytes(std::uint64_t count, const ReceiverCounters& counters) {
  return counters.packets == 0 ? 0 : count * (counters.bytes / counters.packets + kCountedHeaderBytes);
}

}  // namespace

Publisher::Publisher(Accepted accepted, const ReceiverOptions& options, std::optional<ReceiveKeys> keys, Egress& egress,
                     MonoMs nowMs)
    : Connection(std::move(accepted), nowMs),
      receiver_(options),
      keys_(std::move(keys)),
      egress_(egress),
      lastArrivalMs_(nowMs) {}

void Publisher::onData(Bytes packet, StreamHub& hub, std::vector<PublisherRef>& replaced, MonoUs nowUs) {
  nowUs_ = nowUs;
  const DataHeader header = readDataHeader(packet.data());
  const Bytes payload = packet.subspan(kHeaderBytes);
  if (payload.empty() || payload.size() > kMaxPayloadBytes) return;
  const Received received = receiver_.onData(header, payload.size(), nowUs, *this);
  if (received.arrival != Arrival::Next && received.arrival != Arrival::Recovered) return;
  lastArrivalMs_ = nowUs / 1000;
  newestOriginUs_ = std::max(newestOriginUs_, received.originUs);
  // Parked: nobody may see this yet.
  if (state != State::Attached || !stream) return;
  if (stream->holder.load(std::memory_order_relaxed) == identity->id) stream->live->lastArrivalMs = lastArrivalMs_;
  if (mayWrite(received.position, hub, replaced)) store(received, header, payload);
}

bool Publisher::mayWrite(Position position, StreamHub& hub, std::vector<PublisherRef>& replaced) {
  const ConnectionId writer = stream->writer.load(std::memory_order_acquire);
  if (writer == identity->id) return true;
  if (isWriter_ || stream->holder.load(std::memory_order_acquire) != identity->id) return false;
  auto retired = hub.takeOver(*stream, identity->id);
  replaced.insert(replaced.end(), retired.begin(), retired.end());
  isWriter_ = true;
  // What came before, while it was parked, leaves no hole; what is still missing has its place.
  const Position from = std::min(position, receiver_.firstMissing());
  indexOffset_ = stream->nextIndex.load(std::memory_order_acquire) - from;
  batch_.gone.clear();
  return true;
}

void Publisher::store(const Received& received, const DataHeader& header, Bytes payload) {
  const PacketIndex index = indexOf(received.position);
  if (index >= stream->nextIndex.load(std::memory_order_relaxed)) {
    stream->nextIndex.store(index + 1, std::memory_order_release);
  }
  const bool isReadable = keys_ ? keys_->has(header.key) : header.key == KeyFlag::None;
  if (!isReadable) {
    ++undecrypted_;
    bytesUndecrypted_ += payload.size();
    return;
  }
  // Nobody looks: no copy, and nothing to decrypt.
  if (stream->watchers.load(std::memory_order_acquire) == 0) return;
  MutableBytes room = block_ ? block_->claim(payload.size()) : MutableBytes{};
  if (room.empty()) {
    block_ = std::make_shared<PacketBlock>();
    room = block_->claim(payload.size());
    if (room.empty()) return;
  }
  if (keys_) {
    keys_->apply(header.key, header.seq, payload, room);
  } else {
    std::memcpy(room.data(), payload.data(), payload.size());
  }
  if (batch_.blocks.empty() || batch_.blocks.back() != block_) batch_.blocks.push_back(block_);
  batch_.packets.push_back({index,
                            batch_.blocks.size() - 1,
                            {.payload = room.data(),
                             .bytes = static_cast<std::uint16_t>(room.size()),
                             .isRetransmitted = header.isRetransmitted,
                             .originUs = received.originUs}});
}

void Publisher::onDropRequest(SeqRange range, MonoUs nowUs) {
  nowUs_ = nowUs;
  receiver_.onDropRequest(range, nowUs, *this);
}

void Publisher::onAckAck(const ControlHeader& header, MonoUs nowUs) {
  receiver_.onAckAck(header.info, header.timestampUs, nowUs);
}

void Publisher::onKeyRequest(Bytes message, MonoUs nowUs) {
  if (!keys_) return;
  const Bytes response = keys_->onRequest(message, nowUs);
  if (response.empty()) return;
  sendControl(egress_, {.type = ControlType::User, .subtype = 4}, response, nowUs);
}

void Publisher::tick(MonoUs nowUs) {
  nowUs_ = nowUs;
  receiver_.tick(nowUs, *this);
}

PacketBatch Publisher::takeBatch() {
  batch_.stream = stream;
  batch_.settled = indexOf(receiver_.firstMissing());
  return std::exchange(batch_, {});
}

void Publisher::sendAck(std::uint32_t ackNumber, const Ack& ack) {
  std::array<std::byte, kAckBytes> body;
  const std::size_t size = writeAck(body, ack);
  sendControl(egress_, {.type = ControlType::Ack, .subtype = 0, .info = ackNumber}, Bytes(body).first(size), nowUs_);
}

void Publisher::sendNak(std::span<const SeqRange> ranges) {
  while (!ranges.empty()) {
    std::array<std::byte, 1400> body;
    std::size_t taken = 0;
    const std::size_t size = writeNak(body, ranges, taken);
    if (taken == 0) return;
    sendControl(egress_, {.type = ControlType::Nak}, Bytes(body).first(size), nowUs_);
    ranges = ranges.subspan(taken);
  }
}

void Publisher::givenUp(PositionRange range) {
  // After a takeover these indices are the successor's.
  if (!isWriter_ || stream->writer.load(std::memory_order_acquire) != identity->id) return;
  batch_.gone.push_back({indexOf(range.first), indexOf(range.last)});
}

void Publisher::refresh(MonoMs nowMs) {
  const ReceiverCounters& counters = receiver_.counters();
  rate.sample(nowMs, bytes());
  if (counters.packets > 0) lastDataWallMs = wallNowMs() - (nowMs - lastArrivalMs_);
}

int Publisher::heldBackMs(MonoUs nowUs) const {
  const MonoUs dueUs = newestOriginUs_ + MonoUs{identity->latencyMs} * 1000;
  return static_cast<int>(std::max<MonoUs>(dueUs - nowUs, 0) / 1000);
}

void Publisher::fill(ConnectionStats& stats) const {
  const ReceiverCounters& counters = receiver_.counters();
  stats.rttMs = static_cast<double>(receiver_.rtt().us()) / 1000.0;
  stats.bandwidthMbps = receiver_.capacityMbps();
  // What cannot be read is not delivered, but as good as dropped, as libsrt counts it.
  stats.packets = counters.packets - undecrypted_;
  stats.wireBytes = counters.wireBytes;
  stats.packetsLost = counters.lost;
  stats.bytesLost = estimatedBytes(counters.lost, counters);
  stats.packetsDropped = counters.dropped + undecrypted_;
  stats.bytesDropped =
      estimatedBytes(counters.dropped, counters) + bytesUndecrypted_ + undecrypted_ * kCountedHeaderBytes;
  stats.packetsRetransmitted = counters.retransmitted;
  stats.packetsBelated = counters.belated;
  stats.packetsUndecrypted = undecrypted_;
  stats.packetsDuplicate = counters.duplicates;
}

}  // namespace sls::direct
