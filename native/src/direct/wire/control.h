// What ACK, NAK and drop request packets carry behind their header (draft sections 3.2.4, 3.2.5, 3.2.9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "direct/wire/packet.h"

namespace sls::direct {

// A light ACK has the sequence number only, a small one goes up to the buffer.
enum class AckKind : std::uint8_t { Light, Small, Full };

struct Ack {
  AckKind kind = AckKind::Full;
  std::uint32_t nextSeq = 0;  // The first packet that has not arrived.
  std::uint32_t rttUs = 0;
  std::uint32_t rttVarianceUs = 0;
  std::uint32_t freePackets = 0;  // Room in the receiver's buffer.
  std::uint32_t packetsPerS = 0;
  std::uint32_t capacityPacketsPerS = 0;
  std::uint32_t bytesPerS = 0;
};

inline constexpr std::size_t kAckBytes = 28;

// Empty: cut off. What is longer than known is read as far as known.
std::optional<Ack> parseAck(Bytes body);
// `out`: kAckBytes at least. Returns the bytes written.
std::size_t writeAck(MutableBytes out, const Ack& ack);

// Sequence numbers first … last, which may wrap.
struct SeqRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

// Goes through a NAK's loss list (draft appendix A). Stops at the first malformed entry: a cut-off range, or one that
// ends before it begins.
class NakReader {
 public:
  explicit NakReader(Bytes body) : rest_(body) {}
  std::optional<SeqRange> next();

 private:
  Bytes rest_;
};

// Writes as many whole ranges as fit, returns the bytes written; `taken` is how many they were.
std::size_t writeNak(MutableBytes out, std::span<const SeqRange> ranges, std::size_t& taken);

// Body of a drop request: the message number is in the header's info. Empty: cut off, or it ends before it begins.
std::optional<SeqRange> parseDropRequest(Bytes body);
inline constexpr std::size_t kDropRequestBytes = 8;
void writeDropRequest(MutableBytes out, SeqRange range);

}  // namespace sls::direct
