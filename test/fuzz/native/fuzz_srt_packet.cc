// A datagram as it comes from a socket. Headers must survive being read and written, bit by bit; what ACK, NAK and
// drop request packets carry must be written as it was read, and a loss list must end.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "direct/wire/control.h"
#include "direct/wire/packet.h"
#include "direct/wire/sequence.h"
#include "invariant.h"

using namespace sls::direct;

namespace {

bool isForward(SeqRange range) {
  return ((range.last - range.first) & kSeqMask) < kSeqCount / 2 && range.first <= kSeqMask && range.last <= kSeqMask;
}

bool isSame(Bytes one, Bytes other) { return std::equal(one.begin(), one.end(), other.begin(), other.end()); }

void checkHeader(Bytes packet) {
  std::array<std::byte, kHeaderBytes> written{};
  if (isControl(packet.data())) {
    write(written.data(), readControlHeader(packet.data()));
  } else {
    write(written.data(), readDataHeader(packet.data()));
  }
  INVARIANT(isSame(written, packet.first(kHeaderBytes)));
  INVARIANT(socketIdOf(packet.data()) == readControlHeader(packet.data()).socketId);
}

void checkAck(Bytes body) {
  const auto ack = parseAck(body);
  INVARIANT(ack.has_value() == (body.size() >= 4));
  if (!ack) return;
  std::array<std::byte, kAckBytes> written{};
  const std::size_t size = writeAck(written, *ack);
  INVARIANT(size <= body.size());
  // The first bit is reserved.
  INVARIANT(readWord(written.data()) == (readWord(body.data()) & kSeqMask));
  INVARIANT(isSame(Bytes(written).first(size).subspan(4), body.first(size).subspan(4)));
}

void checkNak(Bytes body) {
  std::vector<SeqRange> ranges;
  NakReader reader(body);
  while (const auto range = reader.next()) {
    INVARIANT(isForward(*range));
    ranges.push_back(*range);
    INVARIANT(ranges.size() <= body.size() / 4);
  }
  INVARIANT(!reader.next());
  std::vector<std::byte> written(body.size());
  std::size_t taken = 0;
  const std::size_t size = writeNak(written, ranges, taken);
  INVARIANT(taken == ranges.size());
  NakReader again(Bytes(written).first(size));
  for (const SeqRange& range : ranges) {
    const auto other = again.next();
    INVARIANT(other && other->first == range.first && other->last == range.last);
  }
  INVARIANT(!again.next());
  // Half the room: whole ranges from the front.
  const std::size_t halfSize = writeNak(MutableBytes(written).first(written.size() / 2), ranges, taken);
  INVARIANT(halfSize <= written.size() / 2);
  INVARIANT(taken <= ranges.size());
}

void checkDropRequest(Bytes body) {
  const auto range = parseDropRequest(body);
  if (!range) return;
  INVARIANT(isForward(*range));
  std::array<std::byte, kDropRequestBytes> written{};
  writeDropRequest(written, *range);
  const auto again = parseDropRequest(written);
  INVARIANT(again && again->first == range->first && again->last == range->last);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes packet = std::as_bytes(std::span(data, size));
  if (packet.size() < kHeaderBytes) return 0;
  checkHeader(packet);
  // All of them whatever the type says: it only chooses among them.
  const Bytes body = packet.subspan(kHeaderBytes);
  checkAck(body);
  checkNak(body);
  checkDropRequest(body);
  return 0;
}
