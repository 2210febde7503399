#include "direct/wire/packet.h"

#include <doctest/doctest.h>

#include <array>

#include "direct/wire/sequence.h"
#include "direct_bytes.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

using Packet = std::array<std::byte, kHeaderBytes>;

std::string written(const auto& header) {
  Packet packet;
  packet.fill(std::byte{0xAA});
  write(packet.data(), header);
  return toHex(packet);
}

}  // namespace

TEST_CASE("srt packet: words are big-endian") {
  Packet packet{};
  writeWord(packet.data(), 0x0102'03F4);
  CHECK(toHex(Bytes(packet).first(4)) == "010203f4");
  CHECK(readWord(packet.data()) == 0x0102'03F4);
}

TEST_CASE("srt packet: a data packet of libsrt") {
  const auto packet = fromHex("3ed97380 e0000001 00000fdd 155ec276");
  CHECK_FALSE(isControl(packet.data()));
  CHECK(socketIdOf(packet.data()) == 0x155E'C276);
  const DataHeader header = readDataHeader(packet.data());
  CHECK(header.seq == 0x3ED9'7380);
  CHECK(header.message == 1);
  CHECK(header.boundary == 3);
  CHECK(header.isOrdered);
  CHECK(header.key == KeyFlag::None);
  CHECK_FALSE(header.isRetransmitted);
  CHECK(header.timestampUs == 0x0FDD);
  CHECK(header.socketId == 0x155E'C276);
  CHECK(written(header) == toHex(packet));
}

TEST_CASE("srt packet: an encrypted data packet of libsrt names its key") {
  CHECK(readDataHeader(fromHex("11cd082e e8000001 00001d8f 2b3984b3").data()).key == KeyFlag::Even);
  CHECK(readDataHeader(fromHex("56fa722e f000002a 00016e3d 362a25f9").data()).key == KeyFlag::Odd);
}

TEST_CASE("srt packet: each field of a data header has bits of its own") {
  CHECK(written(DataHeader{.boundary = 0}) == "00000000000000000000000000000000");
  CHECK(written(DataHeader{.seq = kSeqMask, .boundary = 0}) == "7fffffff000000000000000000000000");
  CHECK(written(DataHeader{.message = 0x03FF'FFFF, .boundary = 0}) == "0000000003ffffff0000000000000000");
  CHECK(written(DataHeader{.boundary = 2}) == "00000000800000000000000000000000");
  CHECK(written(DataHeader{.boundary = 0, .isOrdered = true}) == "00000000200000000000000000000000");
  CHECK(written(DataHeader{.boundary = 0, .key = KeyFlag::Both}) == "00000000180000000000000000000000");
  CHECK(written(DataHeader{.boundary = 0, .isRetransmitted = true}) == "00000000040000000000000000000000");
  CHECK(written(DataHeader{.boundary = 0, .timestampUs = 0xFFFF'FFFF}) == "0000000000000000ffffffff00000000");
  CHECK(written(DataHeader{.boundary = 0, .socketId = 0xFFFF'FFFF}) == "000000000000000000000000ffffffff");
}

TEST_CASE("srt packet: a field that is too large spoils no other one") {
  CHECK(written(DataHeader{.seq = 0xFFFF'FFFF, .message = 0xFFFF'FFFF, .boundary = 0xFC}) ==
        "7fffffff03ffffff0000000000000000");
}

TEST_CASE("srt packet: all bits of a data header survive reading and writing") {
  for (const char* text : {"7fffffffffffffffffffffffffffffff", "5555555555555555aaaaaaaa55555555",
                           "2aaaaaaaaaaaaaaa55555555aaaaaaaa", "00000000000000000000000000000000"}) {
    CHECK(written(readDataHeader(fromHex(text).data())) == text);
  }
}

TEST_CASE("srt packet: control packets of libsrt") {
  const auto ack = fromHex("80020000 00000001 0004f4b4 155ec277");
  CHECK(isControl(ack.data()));
  const ControlHeader header = readControlHeader(ack.data());
  CHECK(header.type == ControlType::Ack);
  CHECK(header.subtype == 0);
  CHECK(header.info == 1);
  CHECK(header.timestampUs == 0x0004'F4B4);
  CHECK(header.socketId == 0x155E'C277);
  CHECK(written(header) == toHex(ack));

  const auto refresh = fromHex("ffff0003 00000000 00012922 02d06919");
  CHECK(readControlHeader(refresh.data()).type == ControlType::User);
  CHECK(readControlHeader(refresh.data()).subtype == 3);
  CHECK(written(readControlHeader(refresh.data())) == toHex(refresh));
}

TEST_CASE("srt packet: a control type without a name is kept") {
  const auto packet = fromHex("8123 4567 89abcdef 00000000 ffffffff");
  CHECK(static_cast<unsigned>(readControlHeader(packet.data()).type) == 0x123);
  CHECK(written(readControlHeader(packet.data())) == toHex(packet));
}

TEST_CASE("srt packet: positions follow the sequence number over its wrap") {
  const Position start = firstPosition(kSeqMask);
  CHECK(seqOf(start) == kSeqMask);
  CHECK(seqOf(start + 1) == 0);
  CHECK(positionOf(0, start) == start + 1);
  CHECK(positionOf(kSeqMask, start + 1) == start);
  CHECK(positionOf(kSeqMask - 5, start + 10) == start - 5);
  CHECK(positionOf(seqOf(start + (1 << 30) - 1), start) == start + (1 << 30) - 1);
  CHECK(positionOf(seqOf(start + (1 << 30)), start) == start - (1 << 30));
  CHECK(firstPosition(0) - kSeqCount / 2 > 0);
}
