#include "direct/wire/control.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "direct/wire/sequence.h"
#include "direct_bytes.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

// 'first-last' of each range that the reader gives.
std::string rangesOf(const std::vector<std::byte>& body) {
  NakReader reader(body);
  std::string text;
  while (const auto range = reader.next()) {
    text += std::to_string(range->first) + "-" + std::to_string(range->last) + " ";
  }
  CHECK_FALSE(reader.next());
  return text;
}

std::string writtenAck(const Ack& ack) {
  std::array<std::byte, kAckBytes> out{};
  const std::size_t size = writeAck(out, ack);
  return toHex(Bytes(out).first(size));
}

}  // namespace

TEST_CASE("srt ack: a full one of libsrt") {
  const auto body = fromHex("11cd0839 0000010d 00000086 00001ff4 000001c4 000003d4 0009604b");
  const auto ack = parseAck(body);
  REQUIRE(ack);
  CHECK(ack->kind == AckKind::Full);
  CHECK(ack->nextSeq == 0x11CD'0839);
  CHECK(ack->rttUs == 269);
  CHECK(ack->rttVarianceUs == 134);
  CHECK(ack->freePackets == 8180);
  CHECK(ack->packetsPerS == 452);
  CHECK(ack->capacityPacketsPerS == 980);
  CHECK(ack->bytesPerS == 614'475);
  CHECK(writtenAck(*ack) == toHex(body));
}

TEST_CASE("srt ack: its length says its kind") {
  const auto body = fromHex("11cd0839 0000010d 00000086 00001ff4 000001c4 000003d4 0009604b 00000001");
  for (std::size_t size = 0; size <= body.size(); ++size) {
    const auto ack = parseAck(Bytes(body).first(size));
    REQUIRE(ack.has_value() == (size >= 4));
    if (!ack) continue;
    const AckKind kind = size < 16 ? AckKind::Light : size < kAckBytes ? AckKind::Small : AckKind::Full;
    CHECK(ack->kind == kind);
    CHECK(ack->nextSeq == 0x11CD'0839);
    CHECK(ack->freePackets == (size < 16 ? 0 : 8180));
    CHECK(ack->bytesPerS == (size < kAckBytes ? 0 : 614'475));
    const std::size_t writtenBytes = size < 16 ? 4 : size < kAckBytes ? 16 : kAckBytes;
    CHECK(writtenAck(*ack) == toHex(Bytes(body).first(writtenBytes)));
  }
}

TEST_CASE("srt ack: the sequence number has 31 bits") {
  CHECK(parseAck(fromHex("ffffffff"))->nextSeq == kSeqMask);
  CHECK(writtenAck({.kind = AckKind::Light, .nextSeq = 0xFFFF'FFFF}) == "7fffffff");
}

TEST_CASE("srt nak: reads ranges and single packets") {
  CHECK(rangesOf({}).empty());
  CHECK(rangesOf(fromHex("bed97380 3ed97381")) == "1054438272-1054438273 ");
  CHECK(rangesOf(fromHex("00000001 80000003 00000005 00000007")) == "1-1 3-5 7-7 ");
  CHECK(rangesOf(fromHex("80000009 00000009")) == "9-9 ");
}

TEST_CASE("srt nak: a range may wrap") {
  CHECK(rangesOf(fromHex("fffffffe 00000001 00000004")) == "2147483646-1 4-4 ");
}

TEST_CASE("srt nak: stops at the first malformed entry") {
  CHECK(rangesOf(fromHex("00000001 80000003")) == "1-1 ");
  CHECK(rangesOf(fromHex("00000001 80000003 000000")) == "1-1 ");
  CHECK(rangesOf(fromHex("00000001 0000")) == "1-1 ");
  CHECK(rangesOf(fromHex("00000001 80000005 00000003 00000007")) == "1-1 ");
  CHECK(rangesOf(fromHex("00000001 80000005 80000006 00000007")) == "1-1 ");
  CHECK(rangesOf(fromHex("80000000 40000000 00000007")).empty());
  CHECK(rangesOf(fromHex("80000000 3fffffff 00000007")) == "0-1073741823 7-7 ");
}

TEST_CASE("srt nak: writes what the reader reads") {
  const std::vector<SeqRange> ranges = {{1, 1}, {3, 5}, {kSeqMask - 1, 1}, {9, 9}};
  std::array<std::byte, 64> out{};
  std::size_t taken = 0;
  const std::size_t size = writeNak(out, ranges, taken);
  CHECK(taken == ranges.size());
  CHECK(toHex(Bytes(out).first(size)) == "000000018000000300000005fffffffe0000000100000009");
}

TEST_CASE("srt nak: writes whole entries only") {
  const std::vector<SeqRange> ranges = {{1, 1}, {3, 5}, {9, 9}};
  const std::array<std::size_t, 17> takenAt = {0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3};
  for (std::size_t room = 0; room < takenAt.size(); ++room) {
    std::vector<std::byte> out(room);
    std::size_t taken = 0;
    const std::size_t size = writeNak(out, ranges, taken);
    CHECK(taken == takenAt[room]);
    CHECK(size == (taken == 0 ? 0 : taken == 1 ? 4 : taken == 2 ? 12 : 16));
  }
  std::size_t taken = 7;
  CHECK(writeNak({}, {}, taken) == 0);
  CHECK(taken == 0);
}

TEST_CASE("srt drop request: reads and writes a range") {
  std::array<std::byte, kDropRequestBytes> out{};
  writeDropRequest(out, {kSeqMask, 3});
  CHECK(toHex(out) == "7fffffff00000003");
  const auto range = parseDropRequest(out);
  REQUIRE(range);
  CHECK(range->first == kSeqMask);
  CHECK(range->last == 3);
}

TEST_CASE("srt drop request: refuses a cut-off or backward range") {
  CHECK_FALSE(parseDropRequest({}));
  CHECK_FALSE(parseDropRequest(fromHex("00000001 000000")));
  CHECK_FALSE(parseDropRequest(fromHex("00000003 00000001")));
  CHECK_FALSE(parseDropRequest(fromHex("00000000 40000000")));
  CHECK(parseDropRequest(fromHex("00000000 3fffffff")));
  CHECK(parseDropRequest(fromHex("00000003 00000003 ffffffff")));
}
