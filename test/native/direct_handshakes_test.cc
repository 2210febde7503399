#include "direct/shard/handshakes.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "direct_bytes.h"
#include "direct/shard/unwrap_budget.h"

using namespace sls;
using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr std::string_view kPassphrase = "correct-horse-battery";
using Room = std::array<std::byte, kMaxHandshakePacketBytes>;

Handshake request() {
  Handshake handshake;
  handshake.extension = kHasHello | kHasConfig;
  handshake.initialSeq = 0x1234567;
  handshake.mtuBytes = 1500;
  handshake.flowWindowPackets = 25'600;
  handshake.socketId = 0x2A2B2C2D;
  handshake.cookie = 99;
  return handshake;
}

Extensions usual() {
  Extensions extensions;
  extensions.hello = Hello{.version = 0x010501, .flags = 0xBF, .receiverLatencyMs = 120, .senderLatencyMs = 300};
  return extensions;
}

std::optional<ProtocolFault> faultWith(Extensions extensions) { return faultOf(request(), extensions); }

std::vector<std::byte> someKeys(std::size_t keyBytes = 16, bool isOdd = false) {
  const Key key(std::vector<std::byte>(keyBytes, std::byte{7}));
  return wrapKeys(isOdd ? KeyPair{{}, key} : KeyPair{key, {}}, Salt{}, kPassphrase);
}

struct Read {
  ControlHeader header;
  Handshake handshake;
  std::optional<Extensions> extensions;
};

Read readBack(Bytes packet) {
  REQUIRE(packet.size() >= kHeaderBytes + kHandshakeBytes);
  REQUIRE(isControl(packet.data()));
  const Bytes body = packet.subspan(kHeaderBytes);
  return {readControlHeader(packet.data()), *parseHandshake(body), parseExtensions(body)};
}

}  // namespace

TEST_CASE("direct handshakes: what a live caller says is right") {
  CHECK_FALSE(faultWith(usual()));
  Extensions named = usual();
  named.congestion = "live";
  CHECK_FALSE(faultWith(named));
}

TEST_CASE("direct handshakes: what we do not speak is refused by its name") {
  Handshake old = request();
  old.version = 4;
  CHECK(faultOf(old, usual()) == ProtocolFault::Version);
  CHECK(faultOf(old, std::nullopt) == ProtocolFault::Version);
  CHECK(faultOf(request(), std::nullopt) == ProtocolFault::Rogue);
  CHECK(faultWith(Extensions{}) == ProtocolFault::Rogue);
  Handshake silent = request();
  silent.extension = kHasConfig;
  CHECK(faultOf(silent, usual()) == ProtocolFault::Rogue);
  Extensions other = usual();
  other.hello->flags |= kStreamMode;
  CHECK(faultWith(other) == ProtocolFault::MessageApi);
  other = usual();
  other.congestion = "file";
  CHECK(faultWith(other) == ProtocolFault::Congestion);
  other = usual();
  other.hasFilter = true;
  CHECK(faultWith(other) == ProtocolFault::Filter);
  other = usual();
  other.hasGroup = true;
  CHECK(faultWith(other) == ProtocolFault::Group);
}

TEST_CASE("direct handshakes: of the two wishes for each direction the larger counts") {
  const Hello hello{.receiverLatencyMs = 200, .senderLatencyMs = 500};
  const Latencies ours = settle(hello, 120, 120);
  CHECK(ours.receiveMs == 500);
  CHECK(ours.sendMs == 200);
  const Latencies mine = settle(hello, 800, 900);
  CHECK(mine.receiveMs == 800);
  CHECK(mine.sendMs == 900);
}

TEST_CASE("direct handshakes: no keys and no passphrase agree, one without the other does not") {
  const auto plain = unlock({}, "");
  REQUIRE(std::holds_alternative<Unlocked>(plain));
  CHECK_FALSE(std::get<Unlocked>(plain).isEncrypted);
  CHECK(std::get<Unlocked>(plain).keyBytes == 0);
  const auto keys = someKeys();
  CHECK(std::get<RefuseReason>(unlock(keys, "")) == RefuseReason::NoEncryption);
  CHECK(std::get<RefuseReason>(unlock({}, kPassphrase)) == RefuseReason::NoEncryption);
}

TEST_CASE("direct handshakes: the right passphrase opens keys of each length, even and odd") {
  for (const std::size_t keyBytes : {16U, 24U, 32U}) {
    for (const bool isOdd : {false, true}) {
      const auto opened = unlock(someKeys(keyBytes, isOdd), kPassphrase);
      REQUIRE(std::holds_alternative<Unlocked>(opened));
      const auto& unlocked = std::get<Unlocked>(opened);
      CHECK(unlocked.isEncrypted);
      CHECK(unlocked.keyBytes == keyBytes);
      CHECK(unlocked.keys.even.isEmpty() == isOdd);
      CHECK(unlocked.keys.odd.isEmpty() != isOdd);
    }
  }
}

TEST_CASE("direct handshakes: another passphrase, and material that is none, are a wrong passphrase") {
  const auto keys = someKeys();
  CHECK(std::get<RefuseReason>(unlock(keys, "another-passphrase")) == RefuseReason::BadPassphrase);
  CHECK(std::get<RefuseReason>(unlock(Bytes(keys).first(40), kPassphrase)) == RefuseReason::BadPassphrase);
  CHECK(std::get<RefuseReason>(unlock(writeKeyState(KeyState::NoSecret), kPassphrase)) == RefuseReason::BadPassphrase);
}

TEST_CASE("direct handshakes: an induction is answered with version 5, the magic number and the cookie") {
  Handshake asked = request();
  asked.version = 4;
  asked.type = kInduction;
  asked.extension = 2;
  asked.cookie = 0;
  Room room;
  const Bytes packet = writeInductionAnswer(room, asked, 0xC00C1E55, 24);
  CHECK(packet.size() == kHeaderBytes + kHandshakeBytes);
  const Read answer = readBack(packet);
  CHECK(answer.header.type == ControlType::Handshake);
  CHECK(answer.header.socketId == asked.socketId);
  CHECK(answer.handshake.version == 5);
  CHECK(answer.handshake.encryption == 3);
  CHECK(answer.handshake.extension == kSrtMagic);
  CHECK(answer.handshake.type == kInduction);
  CHECK(answer.handshake.cookie == 0xC00C1E55);
  CHECK(answer.handshake.initialSeq == asked.initialSeq);
}

TEST_CASE("direct handshakes: a refusal carries its code and goes to who asked") {
  Room room;
  const Bytes packet = writeRefusal(room, request(), rejectCode(RefuseReason::NotLive));
  CHECK(packet.size() == kHeaderBytes + kHandshakeBytes);
  const Read answer = readBack(packet);
  CHECK(answer.header.socketId == request().socketId);
  CHECK(answer.handshake.type == 1000 + 1404);
  CHECK(answer.handshake.extension == 0);
  CHECK(readBack(writeRefusal(room, request(), static_cast<int>(ProtocolFault::Version))).handshake.type == 1008);
}

TEST_CASE("direct handshakes: a conclusion is answered with what is in force") {
  Handshake asked = request();
  asked.mtuBytes = 9000;
  const auto keys = someKeys(32);
  ConclusionAnswer says{.socketId = 77,
                        .timestampUs = 20'000'000,
                        .flowWindowPackets = 8192,
                        .latencies = {.receiveMs = 250, .sendMs = 2000},
                        .isPeriodicNak = true,
                        .keyMaterial = keys};
  Room room;
  Read answer = readBack(writeConclusionAnswer(room, asked, says));
  CHECK(answer.header.socketId == asked.socketId);
  CHECK(answer.header.timestampUs == 20'000'000);
  CHECK(answer.handshake.version == 5);
  CHECK(answer.handshake.type == kConclusion);
  CHECK(answer.handshake.socketId == 77);
  CHECK(answer.handshake.mtuBytes == 1500);
  CHECK(answer.handshake.flowWindowPackets == 8192);
  CHECK(answer.handshake.initialSeq == asked.initialSeq);
  CHECK(answer.handshake.extension == (kHasHello | kHasKeyMaterial));
  REQUIRE(answer.extensions);
  REQUIRE(answer.extensions->hello);
  CHECK(answer.extensions->hello->receiverLatencyMs == 250);
  CHECK(answer.extensions->hello->senderLatencyMs == 2000);
  CHECK((answer.extensions->hello->flags & kPeriodicNak) != 0);
  CHECK(toHex(answer.extensions->keyMaterial) == toHex(keys));

  asked.mtuBytes = 1400;
  says.isPeriodicNak = false;
  says.keyMaterial = {};
  answer = readBack(writeConclusionAnswer(room, asked, says));
  CHECK(answer.handshake.mtuBytes == 1400);
  CHECK(answer.handshake.extension == kHasHello);
  CHECK((answer.extensions->hello->flags & kPeriodicNak) == 0);
  CHECK(answer.extensions->keyMaterial.empty());
}

TEST_CASE("direct handshakes: the answer to the longest conclusion fits") {
  const auto longest =
      wrapKeys({Key(std::vector<std::byte>(32)), Key(std::vector<std::byte>(32))}, Salt{}, kPassphrase);
  Room room;
  const ConclusionAnswer says{.latencies = {65'535, 65'535}, .keyMaterial = longest};
  const Bytes packet = writeConclusionAnswer(room, request(), says);
  CHECK(toHex(readBack(packet).extensions->keyMaterial) == toHex(longest));
}

TEST_CASE("direct handshakes: a peer is its address, its port and its socket ID") {
  const auto key = [](const char* host, int port, std::uint32_t id) {
    return peerKey(SocketAddress::parse(host, port), id);
  };
  CHECK(key("192.0.2.1", 5, 7) == key("192.0.2.1", 5, 7));
  CHECK(key("192.0.2.1", 5, 7) == key("::ffff:192.0.2.1", 5, 7));
  CHECK(key("192.0.2.1", 5, 7) != key("192.0.2.2", 5, 7));
  CHECK(key("192.0.2.1", 5, 7) != key("192.0.2.1", 6, 7));
  CHECK(key("192.0.2.1", 5, 7) != key("192.0.2.1", 5, 8));
}

TEST_CASE("direct handshakes: versions as text") {
  CHECK(versionText(0x010501) == "1.5.1");
  CHECK(versionText(0) == "0.0.0");
  CHECK(versionText(0xFFFFFFFF) == "255.255.255");
}

TEST_CASE("direct handshakes: so many passphrases are tried in a second, and no more") {
  UnwrapBudget budget;
  constexpr MonoUs kNowUs = 50'000'000;
  int taken = 0;
  const auto tryFromEverywhere = [&](MonoUs nowUs) {
    for (int i = 0; i < 1000; ++i) {
      const std::string host = "10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250);
      taken += budget.take(SocketAddress::parse(host, 5000), nowUs) ? 1 : 0;
    }
  };
  tryFromEverywhere(kNowUs);
  CHECK(taken == 250);
  tryFromEverywhere(kNowUs + 999'999);
  CHECK(taken == 250);
  tryFromEverywhere(kNowUs + 1'000'000);
  CHECK(taken == 500);
}

TEST_CASE("direct handshakes: who tries passphrases without end leaves some to all others") {
  UnwrapBudget budget;
  constexpr MonoUs kNowUs = 50'000'000;
  const auto tryOften = [&](const std::string& host) {
    int taken = 0;
    // From ever other ports, which make nobody somebody else.
    for (int i = 0; i < 1000; ++i) taken += budget.take(SocketAddress::parse(host, 5000 + i), kNowUs) ? 1 : 0;
    return taken;
  };
  CHECK(tryOften("192.0.2.1") == 125);
  CHECK(tryOften("192.0.2.1") == 0);
  CHECK(tryOften("::ffff:192.0.2.1") == 0);
  CHECK(tryOften("2001:db8:0:1::1") == 63);
  // The same network.
  CHECK(tryOften("2001:db8:0:1:ffff::2") == 0);
  CHECK(tryOften("2001:db8:0:2::1") == 31);
  CHECK(budget.take(SocketAddress::parse("192.0.2.2", 5000), kNowUs));
}
