#include "direct/stream/stream_tap.h"

#include <algorithm>
#include <array>
#include <span>

namespace sls::direct {
namespace {

// In one turn: the players come first.
constexpr std::size_t kMostBytesPerTurn = 256 * 1024;

}  // namespace

bool StreamTap::pump(const Playable& stream, MonoUs latencyUs, MonoUs nowUs) {
  if (!stream.store.isStarted()) return tap_->isOpen();
  if (!isStarted_) start(stream, nowUs);
  skipStale(stream, nowUs - latencyUs - kMostBehindUs);
  std::size_t bytes = 0;
  while (bytes < kMostBytesPerTurn) {
    std::array<TapMessage, TapWriter::kMaxBatch> batch;
    std::array<PacketIndex, TapWriter::kMaxBatch> behind{};  // Each message, where the cursor goes.
    std::size_t size = 0;
    PacketIndex next = cursor_;
    for (; next < stream.end && size < batch.size(); ++next) {
      const StoredPacket* packet = stream.store.find(next);
      if (packet == nullptr && next >= stream.settled) break;
      if (packet == nullptr) continue;
      batch[size] = packet->view();
      behind[size] = next + 1;
      ++size;
      bytes += packet->bytes;
    }
    if (size == 0) {
      cursor_ = next;
      break;
    }
    const std::size_t taken = tap_->write(std::span(batch).first(size));
    if (taken > 0) cursor_ = behind[taken - 1];
    isBlocked_ = taken < size;
    if (isBlocked_) break;
  }
  return tap_->isOpen();
}

void StreamTap::start(const Playable& stream, MonoUs nowUs) {
  isStarted_ = true;
  cursor_ = stream.end;
  const MonoUs sinceUs = nowUs - stream.shiftUs - kHistoryUs;
  for (PacketIndex index = stream.end - 1; index >= stream.store.tail(); --index) {
    const StoredPacket* packet = stream.store.find(index);
    if (packet == nullptr) continue;
    if (packet->originUs < sinceUs) break;
    cursor_ = index;
  }
}

// One gap, and then what is live, instead of a gap with every packet.
void StreamTap::skipStale(const Playable& stream, MonoUs staleBeforeUs) {
  const bool isLapped = cursor_ < stream.store.tail();
  // A reader that takes everything is not behind, however old what its publisher sends may be.
  if (!isLapped && !isBlocked_) return;
  if (isLapped) tap_->countDropped(static_cast<std::uint64_t>(stream.store.tail() - cursor_));
  std::uint64_t waiting = 0;
  for (PacketIndex index = std::max(cursor_, stream.store.tail()); index < stream.end; ++index) {
    const StoredPacket* packet = stream.store.find(index);
    if (packet == nullptr) continue;
    if (!isLapped && waiting == 0 && packet->originUs >= staleBeforeUs) return;
    ++waiting;
  }
  tap_->countDropped(waiting);
  cursor_ = std::max(cursor_, stream.end);
}

}  // namespace sls::direct
