#include "direct/wire/control.h"

#include "direct/wire/sequence.h"

namespace sls::direct {
namespace {

constexpr std::size_t kWordBytes = 4;
constexpr std::size_t kSmallAckBytes = 16;
constexpr std::uint32_t kRangeBit = 0x8000'0000;

bool isForward(SeqRange range) {
  return ((range.last - range.first) & kSeqMask) < static_cast<std::uint32_t>(kSeqCount / 2);
}

}  // namespace

std::optional<Ack> parseAck(Bytes body) {
  if (body.size() < kWordBytes) return std::nullopt;
  const std::byte* at = body.data();
  Ack ack{.kind = AckKind::Light, .nextSeq = readWord(at) & kSeqMask};
  if (body.size() < kSmallAckBytes) return ack;
  ack.kind = AckKind::Small;
  ack.rttUs = readWord(at + 4);
  ack.rttVarianceUs = readWord(at + 8);
  ack.freePackets = readWord(at + 12);
  if (body.size() < kAckBytes) return ack;
  ack.kind = AckKind::Full;
  ack.packetsPerS = readWord(at + 16);
  ack.capacityPacketsPerS = readWord(at + 20);
  ack.bytesPerS = readWord(at + 24);
  return ack;
}

std::size_t writeAck(MutableBytes out, const Ack& ack) {
  std::byte* to = out.data();
  writeWord(to, ack.nextSeq & kSeqMask);
  if (ack.kind == AckKind::Light) return kWordBytes;
  writeWord(to + 4, ack.rttUs);
  writeWord(to + 8, ack.rttVarianceUs);
  writeWord(to + 12, ack.freePackets);
  if (ack.kind == AckKind::Small) return kSmallAckBytes;
  writeWord(to + 16, ack.packetsPerS);
  writeWord(to + 20, ack.capacityPacketsPerS);
  writeWord(to + 24, ack.bytesPerS);
  return kAckBytes;
}

std::optional<SeqRange> NakReader::next() {
  const Bytes at = rest_;
  rest_ = {};
  if (at.size() < kWordBytes) return std::nullopt;
  const std::uint32_t word = readWord(at.data());
  if ((word & kRangeBit) == 0) {
    rest_ = at.subspan(kWordBytes);
    return SeqRange{word, word};
  }
  if (at.size() < 2 * kWordBytes) return std::nullopt;
  const SeqRange range{word & kSeqMask, readWord(at.data() + kWordBytes)};
  if ((range.last & kRangeBit) != 0 || !isForward(range)) return std::nullopt;
  rest_ = at.subspan(2 * kWordBytes);
  return range;
}

std::size_t writeNak(MutableBytes out, std::span<const SeqRange> ranges, std::size_t& taken) {
  std::size_t size = 0;
  taken = 0;
  for (const SeqRange& range : ranges) {
    const std::uint32_t first = range.first & kSeqMask;
    const std::uint32_t last = range.last & kSeqMask;
    const std::size_t entryBytes = first == last ? kWordBytes : 2 * kWordBytes;
    if (out.size() - size < entryBytes) break;
    std::byte* to = out.data() + size;
    if (first == last) {
      writeWord(to, first);
    } else {
      writeWord(to, first | kRangeBit);
      writeWord(to + kWordBytes, last);
    }
    size += entryBytes;
    ++taken;
  }
  return size;
}

std::optional<SeqRange> parseDropRequest(Bytes body) {
  if (body.size() < kDropRequestBytes) return std::nullopt;
  const SeqRange range{readWord(body.data()) & kSeqMask, readWord(body.data() + kWordBytes) & kSeqMask};
  if (!isForward(range)) return std::nullopt;
  return range;
}

void writeDropRequest(MutableBytes out, SeqRange range) {
  writeWord(out.data(), range.first & kSeqMask);
  writeWord(out.data() + kWordBytes, range.last & kSeqMask);
}

}  // namespace sls::direct
