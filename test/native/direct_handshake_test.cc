#include "direct/wire/handshake.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "direct/wire/sequence.h"
#include "direct_bytes.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

// What libsrt 1.5.1 sends over loopback with SRTO_RCVLATENCY 200 and SRTO_PEERLATENCY 300.
constexpr const char* kInductionPacket =
    "80000000 00000000 00000061 00000000 00000004 00000002 3ed97380 000005dc 00002000 00000001 155ec277 00000000"
    "0100007f 00000000 00000000 00000000";
constexpr const char* kConclusionPacket =
    "80000000 00000000 00001b2b 00000000 00000005 00020007 7f798207 000005dc 00002000 ffffffff 0ae5e243 e54ea2f1"
    "0100007f 00000000 00000000 00000000 00010003 00010501 000000bf 00c8012c 00050005 6c627570 2f687369 6576696c"
    "6565662f 00003164 0003000e 12202901 00000000 02000200 00000404 28e6143e 22a55a47 0de783f3 e7b2d92e e8b1cb76"
    "446f8ef2 760ec86c 8e59ec44 75bfa668 eb4af2a6";
constexpr const char* kRefusalPacket =
    "80000000 00000000 00001545 38037180 00000005 00020003 4bb77e47 000005dc 00002000 000003f2 3803717f e54ea2f1"
    "0100007f 00000000 00000000 00000000";
// Where the extensions of kConclusionPacket's body begin and end.
constexpr std::size_t kHelloEnd = kHandshakeBytes + 16;
constexpr std::size_t kStreamIdEnd = kHelloEnd + 24;
constexpr std::size_t kKeyMaterialEnd = kStreamIdEnd + 60;

std::vector<std::byte> bodyOf(const char* packet) {
  const auto bytes = fromHex(packet);
  return {bytes.begin() + kHeaderBytes, bytes.end()};
}

std::vector<std::byte> withExtensions(std::string_view hex) {
  std::vector<std::byte> body(kHandshakeBytes);
  const auto extensions = fromHex(hex);
  body.insert(body.end(), extensions.begin(), extensions.end());
  return body;
}

std::vector<std::byte> withText(unsigned type, std::size_t words) {
  std::vector<std::byte> body = withExtensions("00000000");
  writeWord(body.data() + kHandshakeBytes, type << 16 | static_cast<unsigned>(words));
  body.resize(body.size() + words * 4, std::byte{'a'});
  return body;
}

}  // namespace

TEST_CASE("srt handshake: the induction of libsrt") {
  const auto handshake = parseHandshake(bodyOf(kInductionPacket));
  REQUIRE(handshake);
  CHECK(handshake->version == 4);
  CHECK(handshake->encryption == 0);
  CHECK(handshake->extension == 2);
  CHECK(handshake->initialSeq == 0x3ED9'7380);
  CHECK(handshake->mtuBytes == 1500);
  CHECK(handshake->flowWindowPackets == 8192);
  CHECK(handshake->type == kInduction);
  CHECK(handshake->socketId == 0x155E'C277);
  CHECK(handshake->cookie == 0);
  // 127.0.0.1: an IPv4 address comes with its bytes in reverse order.
  CHECK(toHex(handshake->peerAddress) == "0100007f000000000000000000000000");
}

TEST_CASE("srt handshake: the conclusion of libsrt") {
  const auto body = bodyOf(kConclusionPacket);
  const auto handshake = parseHandshake(body);
  REQUIRE(handshake);
  CHECK(handshake->version == 5);
  CHECK(handshake->encryption == 2);
  CHECK(handshake->extension == (kHasHello | kHasKeyMaterial | kHasConfig));
  CHECK(handshake->type == kConclusion);
  CHECK(handshake->cookie == 0xE54E'A2F1);
  const auto extensions = parseExtensions(body);
  REQUIRE(extensions);
  REQUIRE(extensions->hello);
  CHECK(extensions->hello->version == 0x0001'0501);
  CHECK(extensions->hello->flags ==
        (kTsbpdSender | kTsbpdReceiver | kCrypt | kTooLateDrop | kPeriodicNak | kRetransmitFlag | kFilterCapable));
  CHECK(extensions->hello->receiverLatencyMs == 200);
  CHECK(extensions->hello->senderLatencyMs == 300);
  CHECK(extensions->streamId == "publish/live/feed1");
  CHECK(extensions->congestion.empty());
  CHECK(extensions->keyMaterial.data() == body.data() + kStreamIdEnd + 4);
  CHECK(extensions->keyMaterial.size() == 56);
  CHECK_FALSE(extensions->hasFilter);
  CHECK_FALSE(extensions->hasGroup);
}

TEST_CASE("srt handshake: a refusal of libsrt has its reason for a type, and no extensions") {
  const auto handshake = parseHandshake(bodyOf(kRefusalPacket));
  REQUIRE(handshake);
  CHECK(handshake->type == kRefusalBase + 10);
  const auto extensions = parseExtensions(bodyOf(kRefusalPacket));
  REQUIRE(extensions);
  CHECK_FALSE(extensions->hello);
}

TEST_CASE("srt handshake: what is written is what libsrt writes") {
  std::vector<std::byte> out(kMaxHandshakePacketBytes, std::byte{0xAA});
  for (const char* text : {kInductionPacket, kConclusionPacket, kRefusalPacket}) {
    const auto packet = fromHex(text);
    const auto body = bodyOf(text);
    const auto handshake = parseHandshake(body);
    const auto extensions = parseExtensions(body);
    REQUIRE(handshake);
    REQUIRE(extensions);
    HandshakeWriter writer(out, readControlHeader(packet.data()), *handshake);
    if (extensions->hello) CHECK(writer.addHello(ExtensionType::HelloRequest, *extensions->hello));
    if (!extensions->streamId.empty()) CHECK(writer.addText(ExtensionType::StreamId, extensions->streamId));
    if (!extensions->keyMaterial.empty()) {
      CHECK(writer.addBytes(ExtensionType::KeyMaterialRequest, extensions->keyMaterial));
    }
    CHECK(toHex(writer.packet()) == toHex(packet));
  }
}

TEST_CASE("srt handshake: congestion control, filter and group") {
  const auto file = parseExtensions(withExtensions("00060001 656c6966"));
  REQUIRE(file);
  CHECK(file->congestion == "file");
  const auto filter = parseExtensions(withExtensions("00070005 2c636566 736c6f63 2c30313a 73776f72 0000353a"));
  REQUIRE(filter);
  CHECK(filter->hasFilter);
  CHECK_FALSE(filter->hasGroup);
  const auto group = parseExtensions(withExtensions("00080002 40000001 01000000"));
  REQUIRE(group);
  CHECK(group->hasGroup);
  CHECK_FALSE(group->hasFilter);
}

TEST_CASE("srt handshake: a body of less than 48 bytes is none") {
  const auto body = bodyOf(kInductionPacket);
  for (std::size_t size = 0; size < kHandshakeBytes; ++size) {
    CHECK_FALSE(parseHandshake(Bytes(body).first(size)));
    CHECK_FALSE(parseExtensions(Bytes(body).first(size)));
  }
  CHECK(parseHandshake(body));
}

TEST_CASE("srt handshake: an extension that is cut off refuses them all") {
  const auto body = bodyOf(kConclusionPacket);
  REQUIRE(body.size() == kKeyMaterialEnd);
  for (std::size_t size = kHandshakeBytes; size <= body.size(); ++size) {
    const bool isAtEnd =
        size == kHandshakeBytes || size == kHelloEnd || size == kStreamIdEnd || size == kKeyMaterialEnd;
    CHECK(parseExtensions(Bytes(body).first(size)).has_value() == isAtEnd);
  }
}

TEST_CASE("srt handshake: a hello has three words at least") {
  CHECK_FALSE(parseExtensions(withExtensions("00010000")));
  CHECK_FALSE(parseExtensions(withExtensions("00010002 00010501 000000bf")));
  CHECK_FALSE(parseExtensions(withExtensions("00020002 00010501 000000bf")));
  const auto longer = parseExtensions(withExtensions("00020004 00010501 000000bf 00780078 ffffffff"));
  REQUIRE(longer);
  REQUIRE(longer->hello);
  CHECK(longer->hello->senderLatencyMs == 120);
}

TEST_CASE("srt handshake: a text has 512 bytes at most") {
  const auto longest = parseExtensions(withText(5, 128));
  REQUIRE(longest);
  CHECK(longest->streamId == std::string(512, 'a'));
  CHECK_FALSE(parseExtensions(withText(5, 129)));
  CHECK(parseExtensions(withText(6, 128)));
  CHECK_FALSE(parseExtensions(withText(6, 129)));
}

TEST_CASE("srt handshake: trailing zero bytes are no part of a text, others are") {
  CHECK(parseExtensions(withExtensions("00050002 64630061 00000000"))->streamId == std::string("a\0cd", 4));
  CHECK(parseExtensions(withExtensions("00050001 00000000"))->streamId.empty());
  CHECK(parseExtensions(withExtensions("00050000"))->streamId.empty());
}

TEST_CASE("srt handshake: an unknown extension is skipped") {
  const auto extensions = parseExtensions(withExtensions("00990002 ffffffff ffffffff 00050001 00000078"));
  REQUIRE(extensions);
  CHECK(extensions->streamId == "x");
  CHECK_FALSE(parseExtensions(withExtensions("00990002 ffffffff")));
}

TEST_CASE("srt handshake: of two extensions of one kind the last counts") {
  const auto body = withExtensions("00050001 00000078 00050001 00000079 00030001 01020304 00040001 05060708");
  const auto extensions = parseExtensions(body);
  REQUIRE(extensions);
  CHECK(extensions->streamId == "y");
  CHECK(toHex(extensions->keyMaterial) == "05060708");
}

TEST_CASE("srt handshake: the initial sequence number has 31 bits") {
  auto body = bodyOf(kInductionPacket);
  writeWord(body.data() + 8, 0xFFFF'FFFF);
  CHECK(parseHandshake(body)->initialSeq == kSeqMask);
}

TEST_CASE("srt handshake: bytes and texts are padded with zero bytes") {
  std::vector<std::byte> out(kMaxHandshakePacketBytes, std::byte{0xAA});
  HandshakeWriter writer(out, {}, {});
  const std::size_t start = writer.packet().size();
  CHECK(start == kHeaderBytes + kHandshakeBytes);
  CHECK(writer.addBytes(ExtensionType::KeyMaterialResponse, fromHex("0102030405")));
  CHECK(writer.addText(ExtensionType::Congestion, "lives"));
  CHECK(toHex(writer.packet().subspan(start)) == "000400020102030405000000000600026576696c00000073");
}

TEST_CASE("srt handshake: what does not fit is left out whole") {
  std::vector<std::byte> out(kMaxHandshakePacketBytes);
  HandshakeWriter writer(out, {}, {});
  const std::size_t room = out.size() - writer.packet().size() - 4;
  CHECK_FALSE(writer.addText(ExtensionType::StreamId, std::string(room + 1, 'a')));
  CHECK(writer.packet().size() == kHeaderBytes + kHandshakeBytes);
  CHECK(writer.addText(ExtensionType::StreamId, std::string(room, 'a')));
  CHECK(writer.packet().size() == out.size());
  CHECK_FALSE(writer.addBytes(ExtensionType::Filter, {}));
  CHECK_FALSE(writer.addHello(ExtensionType::HelloRequest, {}));
  CHECK(writer.packet().size() == out.size());
}
