#include "direct/caller/caller.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "direct/wire/sequence.h"
#include "direct_bytes.h"
#include "direct_caller_listener.h"

using namespace sls::test;
using sls::direct::test::bytesOf;
using sls::direct::test::fromHex;
using sls::direct::test::toHex;
using State = Caller::State;
using Datagram = CallerListener::Datagram;

namespace {

constexpr MonoUs kNowUs = 9'000'000;
constexpr MonoUs kMs = 1000;

CallerOptions someOptions(std::string passphrase = "", std::size_t keyBytes = 0) {
  CallerOptions options;
  options.socketId = 0x155E'C277;
  options.initialSeq = 0x3ED9'7380;
  options.startUs = kNowUs - 97;
  options.streamId = "publish/live/feed1";
  options.receiveLatencyMs = 200;
  options.sendLatencyMs = 300;
  options.passphrase = std::move(passphrase);
  options.keyBytes = keyBytes;
  return options;
}

Datagram dueOf(Caller& caller, MonoUs nowUs) {
  const Bytes packet = caller.due(nowUs);
  return {packet.begin(), packet.end()};
}

// As far as the conclusion, and what the listener answers to it.
Datagram conclude(Caller& caller, CallerListener& listener) {
  caller.onDatagram(listener.answer(dueOf(caller, kNowUs), kNowUs), kNowUs + kMs);
  REQUIRE(caller.state() == State::Concluding);
  return listener.answer(dueOf(caller, kNowUs + kMs), kNowUs + kMs);
}

void call(Caller& caller, CallerListener& listener) { caller.onDatagram(conclude(caller, listener), kNowUs + 2 * kMs); }

// The reject code that a call of these two ends with; 0 = they are connected.
int codeOf(const CallerOptions& options, CallerListener::Options listening) {
  Caller caller(options, kNowUs);
  CallerListener listener(std::move(listening));
  call(caller, listener);
  CHECK(caller.state() == (caller.rejectCode() == 0 ? State::Connected : State::Refused));
  CHECK(caller.nextDueUs() == Caller::kNever);
  CHECK(caller.due(kNowUs + 1000 * kMs).empty());
  return caller.rejectCode();
}

// The word of a handshake packet at `offset` of its body, replaced.
Datagram with(Datagram packet, std::size_t offset, std::uint32_t word) {
  REQUIRE(packet.size() >= kHeaderBytes + offset + 4);
  writeWord(packet.data() + kHeaderBytes + offset, word);
  return packet;
}

constexpr std::size_t kVersionAt = 0;
constexpr std::size_t kExtensionAt = 4;
constexpr std::size_t kTypeAt = 20;
constexpr std::size_t kSocketIdAt = 24;
constexpr std::size_t kCookieAt = 28;

}  // namespace

TEST_CASE("srt caller: says what libsrt says, and takes what a listener of libsrt answers") {
  CallerOptions options = someOptions();
  Caller caller(options, kNowUs);
  // Recorded from libsrt 1.5.1; the peer's address, which nobody reads, is left out.
  const std::string address = "0100007f000000000000000000000000";
  const std::string none(address.size(), '0');
  const auto recorded = [&](std::string text) {
    std::erase(text, ' ');
    return text.replace(text.find(address), address.size(), none);
  };
  CHECK(toHex(dueOf(caller, kNowUs)) ==
        recorded("80000000 00000000 00000061 00000000 00000004 00000002 3ed97380 000005dc 00002000 00000001 155ec277"
                 "00000000 0100007f 00000000 00000000 00000000"));
  caller.onDatagram(fromHex("80000000 00000000 00000253 155ec277 00000005 00004a17 3ed97380 000005dc 00002000 00000001"
                            "155ec277 e54ea2f1 0100007f 00000000 00000000 00000000"),
                    kNowUs);
  CHECK(caller.state() == State::Concluding);
  // But for the flag of packet filters, which we do not have.
  CHECK(toHex(dueOf(caller, kNowUs)) ==
        recorded("80000000 00000000 00000061 00000000 00000005 00000005 3ed97380 000005dc 00002000 ffffffff 155ec277"
                 "e54ea2f1 0100007f 00000000 00000000 00000000 00010003 00010501 0000003f 00c8012c 00050005 6c627570"
                 "2f687369 6576696c 6565662f 00003164"));
  caller.onDatagram(
      fromHex("80000000 00000000 00000902 155ec277 00000005 00000001 3ed97380 000005dc 00002000 ffffffff"
              "155ec276 e54ea2f1 0100007f 00000000 00000000 00000000 00020003 00010501 000000bf 012c00c8"),
      kNowUs + 5);
  REQUIRE(caller.state() == State::Connected);
  const Settled& settled = caller.settled();
  CHECK(settled.peerSocketId == 0x155E'C276);
  CHECK(settled.latencies.receiveMs == 200);
  CHECK(settled.latencies.sendMs == 300);
  CHECK(settled.peerVersion == 0x0001'0501);
  CHECK(settled.peerFlags == 0xBF);
  CHECK(settled.mtuBytes == 1500);
  CHECK(settled.flowWindowPackets == 8192);
  CHECK(settled.arrivedUs == kNowUs + 5);
  CHECK(settled.timestampUs == 0x902);
}

TEST_CASE("srt caller: the listener hears who calls and what is wished") {
  Caller caller(someOptions(), kNowUs);
  CallerListener listener;
  call(caller, listener);
  CHECK(caller.state() == State::Connected);
  CHECK(caller.rejectCode() == 0);
  CHECK(listener.request.initialSeq == 0x3ED9'7380);
  CHECK(listener.request.socketId == 0x155E'C277);
  CHECK(listener.extensions->streamId == "publish/live/feed1");
  CHECK(listener.extensions->hello->receiverLatencyMs == 200);
  CHECK(listener.extensions->hello->senderLatencyMs == 300);
  CHECK_FALSE(listener.unlocked.isEncrypted);
  CHECK(caller.settled().peerSocketId == CallerListener::kSocketId);
  CHECK(caller.settled().timestampUs == CallerListener::kTimestampUs);
  CHECK(caller.settled().flowWindowPackets == CallerListener::kWindowPackets);
  CHECK_FALSE(caller.sendKeys({}));
  CHECK_FALSE(caller.receiveKeys());
}

TEST_CASE("srt caller: of each latency the larger wish counts") {
  CallerListener listener({.passphrase = "", .advertisedKeyBytes = 0, .receiveMs = 1000, .sendMs = 100});
  Caller caller(someOptions(), kNowUs);
  call(caller, listener);
  CHECK(caller.settled().latencies.receiveMs == 200);
  CHECK(caller.settled().latencies.sendMs == 1000);
}

TEST_CASE("srt caller: a stream ID may be empty, or as long as they get") {
  for (const std::size_t size : {0U, 1U, 512U}) {
    CallerOptions options = someOptions("correct-horse", 32);
    options.streamId = std::string(size, 's');
    Caller caller(options, kNowUs);
    CallerListener listener({.passphrase = "correct-horse"});
    call(caller, listener);
    CHECK(caller.state() == State::Connected);
    CHECK(listener.extensions->streamId == options.streamId);
    CHECK((listener.request.extension & kHasConfig) == (size == 0 ? 0 : kHasConfig));
  }
}

TEST_CASE("srt caller: its keys open at the listener, in both directions") {
  for (const std::size_t keyBytes : {16U, 24U, 32U}) {
    Caller caller(someOptions("correct-horse", keyBytes), kNowUs);
    CallerListener listener({.passphrase = "correct-horse"});
    call(caller, listener);
    REQUIRE(caller.state() == State::Connected);
    CHECK(listener.request.encryption == keyBytes / 8);
    CHECK(listener.unlocked.keyBytes == keyBytes);

    const Position first = firstPosition(caller.options().initialSeq);
    auto sendKeys = caller.sendKeys({});
    auto receiveKeys = caller.receiveKeys();
    REQUIRE(sendKeys);
    REQUIRE(receiveKeys);
    const std::string plain(100, 'p');
    std::vector<std::byte> secret(plain.size());
    std::vector<std::byte> opened(plain.size());
    const KeyFlag flag = sendKeys->apply(first + 7, bytesOf(plain), secret);
    CHECK(flag == KeyFlag::Even);
    CHECK(toHex(secret) != toHex(bytesOf(plain)));
    Cipher cipher(listener.unlocked.keys.even, listener.unlocked.salt);
    cipher.apply(seqOf(first + 7), secret, opened);
    CHECK(toHex(opened) == toHex(bytesOf(plain)));
    cipher.apply(seqOf(first + 8), bytesOf(plain), secret);
    REQUIRE(receiveKeys->has(KeyFlag::Even));
    receiveKeys->apply(KeyFlag::Even, seqOf(first + 8), secret, opened);
    CHECK(toHex(opened) == toHex(bytesOf(plain)));
  }
}

TEST_CASE("srt caller: no two calls have the same key or salt") {
  CallerListener one({.passphrase = "correct-horse"});
  CallerListener other({.passphrase = "correct-horse"});
  Caller first(someOptions("correct-horse"), kNowUs);
  Caller second(someOptions("correct-horse"), kNowUs);
  call(first, one);
  call(second, other);
  CHECK(toHex(one.unlocked.keys.even.bytes()) != toHex(other.unlocked.keys.even.bytes()));
  CHECK(toHex(one.unlocked.salt) != toHex(other.unlocked.salt));
}

TEST_CASE("srt caller: takes the key length that the listener advertises, unless it has one of its own") {
  const auto lengthFor = [](std::size_t own, int advertised) {
    Caller caller(someOptions("correct-horse", own), kNowUs);
    CallerListener listener({.passphrase = "correct-horse", .advertisedKeyBytes = advertised});
    call(caller, listener);
    return listener.unlocked.keyBytes;
  };
  CHECK(lengthFor(0, 0) == 16);
  CHECK(lengthFor(0, 24) == 24);
  CHECK(lengthFor(0, 32) == 32);
  CHECK(lengthFor(0, 40) == 16);
  CHECK(lengthFor(32, 16) == 32);
}

TEST_CASE("srt caller: is refused for its passphrase with the code that libsrt has for it") {
  const std::string right = "correct-horse";
  CHECK(codeOf(someOptions(right), {.passphrase = right}) == 0);
  CHECK(codeOf(someOptions("another-horse"), {.passphrase = right}) == 10);
  CHECK(codeOf(someOptions(), {.passphrase = right}) == 11);
  CHECK(codeOf(someOptions(right), {}) == 11);
}

TEST_CASE("srt caller: hears the listener's reject code") {
  for (const int code : {4, 8, 1401, 1404, 1503, 2047, 9999})
    CHECK(codeOf(someOptions(), {.refuseCode = code}) == code);
}

TEST_CASE("srt caller: is refused without a cookie too") {
  Caller caller(someOptions(), kNowUs);
  CallerListener listener;
  const Datagram answer = listener.answer(dueOf(caller, kNowUs), kNowUs);
  caller.onDatagram(with(answer, kTypeAt, kRefusalBase + 1402), kNowUs);
  CHECK(caller.state() == State::Refused);
  CHECK(caller.rejectCode() == 1402);
}

TEST_CASE("srt caller: repeats itself every 250 ms, and gives up after 3 s") {
  Caller caller(someOptions(), kNowUs);
  std::vector<MonoUs> sent;
  for (MonoUs nowUs = kNowUs; nowUs < kNowUs + 5000 * kMs; nowUs += 10 * kMs) {
    CHECK((caller.nextDueUs() > nowUs || caller.state() == State::Inducing));
    if (!caller.due(nowUs).empty()) sent.push_back(nowUs - kNowUs);
  }
  REQUIRE(sent.size() == 12);
  for (std::size_t i = 0; i < sent.size(); ++i) CHECK(sent[i] == static_cast<MonoUs>(i) * 250 * kMs);
  CHECK(caller.state() == State::Refused);
  CHECK(caller.rejectCode() == 16);
}

TEST_CASE("srt caller: the 3 s are those of the whole call") {
  Caller caller(someOptions("correct-horse"), kNowUs);
  CallerListener listener({.passphrase = "correct-horse"});
  const MonoUs answeredUs = kNowUs + 2900 * kMs;
  caller.onDatagram(listener.answer(dueOf(caller, answeredUs), answeredUs), answeredUs);
  CHECK(caller.state() == State::Concluding);
  CHECK_FALSE(dueOf(caller, answeredUs).empty());
  CHECK(caller.nextDueUs() == kNowUs + Caller::kTimeoutUs);
  CHECK(dueOf(caller, kNowUs + Caller::kTimeoutUs).empty());
  CHECK(caller.rejectCode() == Caller::kTimeoutCode);
}

TEST_CASE("srt caller: concludes at once, and a repeated conclusion differs in its timestamp only") {
  Caller caller(someOptions("correct-horse"), kNowUs);
  CallerListener listener({.passphrase = "correct-horse"});
  caller.onDatagram(listener.answer(dueOf(caller, kNowUs), kNowUs), kNowUs + 3);
  CHECK(caller.nextDueUs() == kNowUs + 3);
  Datagram first = dueOf(caller, kNowUs + 3);
  CHECK(caller.due(kNowUs + 3).empty());
  CHECK(caller.nextDueUs() == kNowUs + 3 + Caller::kRepeatUs);
  Datagram again = dueOf(caller, kNowUs + 3 + Caller::kRepeatUs);
  REQUIRE(again.size() == first.size());
  CHECK(readControlHeader(first.data()).timestampUs == 97 + 3);
  CHECK(readControlHeader(again.data()).timestampUs == 97 + 3 + Caller::kRepeatUs);
  writeWord(first.data() + 8, 0);
  writeWord(again.data() + 8, 0);
  CHECK(toHex(first) == toHex(again));
  caller.onDatagram(listener.answer(again, kNowUs), kNowUs + 300 * kMs);
  CHECK(caller.state() == State::Connected);
}

TEST_CASE("srt caller: its timestamps wrap") {
  CallerOptions options = someOptions();
  options.startUs = kNowUs - (std::int64_t{1} << 32) - 5;
  Caller caller(options, kNowUs);
  CHECK(readControlHeader(dueOf(caller, kNowUs).data()).timestampUs == 5);
}

TEST_CASE("srt caller: an induction that is answered twice changes nothing") {
  Caller caller(someOptions(), kNowUs);
  CallerListener listener;
  const Datagram induction = dueOf(caller, kNowUs);
  caller.onDatagram(listener.answer(induction, kNowUs), kNowUs);
  const auto cookieOf = [](const Datagram& packet) { return readWord(packet.data() + kHeaderBytes + kCookieAt); };
  const Datagram conclusion = dueOf(caller, kNowUs);
  caller.onDatagram(listener.answer(induction, kNowUs), kNowUs);
  CHECK(caller.due(kNowUs).empty());
  caller.onDatagram(with(listener.answer(induction, kNowUs), kCookieAt, 1), kNowUs);
  CHECK(caller.due(kNowUs).empty());
  CHECK(cookieOf(dueOf(caller, kNowUs + Caller::kRepeatUs)) == cookieOf(conclusion));
}

TEST_CASE("srt caller: refuses a listener that speaks an old protocol or another") {
  const auto codeAfter = [](std::size_t offset, std::uint32_t word) {
    Caller caller(someOptions(), kNowUs);
    CallerListener listener;
    caller.onDatagram(with(listener.answer(dueOf(caller, kNowUs), kNowUs), offset, word), kNowUs);
    CHECK(caller.state() == State::Refused);
    return caller.rejectCode();
  };
  CHECK(codeAfter(kVersionAt, 4) == 8);
  CHECK(codeAfter(kExtensionAt, 2) == 4);
}

TEST_CASE("srt caller: ignores what is not its answer") {
  Caller caller(someOptions(), kNowUs);
  CallerListener listener;
  const Datagram answer = conclude(caller, listener);
  Datagram forAnother = answer;
  writeWord(forAnother.data() + 12, 0x155E'C278);
  Datagram keepalive = answer;
  write(keepalive.data(), ControlHeader{.type = ControlType::Keepalive, .socketId = 0x155E'C277});
  Datagram data = answer;
  write(data.data(), DataHeader{.socketId = 0x155E'C277});
  const std::uint32_t cookie = readWord(answer.data() + kHeaderBytes + kCookieAt);
  const std::vector<Datagram> strange{{},
                                      {answer.begin(), answer.begin() + 15},
                                      {answer.begin(), answer.begin() + kHeaderBytes + kHandshakeBytes - 1},
                                      forAnother,
                                      keepalive,
                                      data,
                                      with(answer, kCookieAt, cookie + 1),
                                      with(answer, kTypeAt, 0),
                                      with(answer, kTypeAt, 0xFFFF'FFFE),
                                      with(with(answer, kCookieAt, cookie + 1), kTypeAt, kRefusalBase + 4)};
  for (const Datagram& packet : strange) {
    caller.onDatagram(packet, kNowUs);
    CHECK(caller.state() == State::Concluding);
  }
  caller.onDatagram(answer, kNowUs);
  CHECK(caller.state() == State::Connected);
}

TEST_CASE("srt caller: a conclusion's answer before the induction's is ignored") {
  Caller caller(someOptions(), kNowUs);
  CallerListener listener;
  const Datagram answer = listener.answer(dueOf(caller, kNowUs), kNowUs);
  caller.onDatagram(with(answer, kTypeAt, kConclusion), kNowUs);
  CHECK(caller.state() == State::Inducing);
}

TEST_CASE("srt caller: refuses an answer that is not whole") {
  constexpr std::size_t kHelloAt = kHandshakeBytes;
  const auto codeAfter = [](auto&& change) {
    Caller caller(someOptions(), kNowUs);
    CallerListener listener;
    caller.onDatagram(change(conclude(caller, listener)), kNowUs);
    CHECK(caller.state() == State::Refused);
    return caller.rejectCode();
  };
  CHECK(codeAfter([](Datagram answer) { return with(std::move(answer), kVersionAt, 4); }) == 8);
  CHECK(codeAfter([](Datagram answer) { return with(std::move(answer), kExtensionAt, 0); }) == 4);
  CHECK(codeAfter([](Datagram answer) { return with(std::move(answer), kSocketIdAt, 0); }) == 4);
  CHECK(codeAfter([](Datagram answer) { return with(std::move(answer), kHelloAt, 0x0099'0003); }) == 4);
  CHECK(codeAfter([](Datagram answer) { return Datagram(answer.begin(), answer.end() - 4); }) == 4);
  CHECK(codeAfter([](Datagram answer) { return with(std::move(answer), kHelloAt + 8, kStreamMode); }) == 12);
}

TEST_CASE("srt caller: the key material must come back as it went") {
  const auto codeAfter = [](const std::string& passphrase, Bytes keyAnswer) {
    Caller caller(someOptions(passphrase), kNowUs);
    CallerListener listener({.passphrase = passphrase});
    conclude(caller, listener);
    std::vector<std::byte> out(kMaxHandshakePacketBytes);
    caller.onDatagram(writeConclusionAnswer(out, listener.request,
                                            {.socketId = 1,
                                             .timestampUs = 0,
                                             .flowWindowPackets = 8192,
                                             .latencies = {120, 120},
                                             .keyMaterial = keyAnswer}),
                      kNowUs);
    CHECK(caller.state() == (caller.rejectCode() == 0 ? State::Connected : State::Refused));
    return caller.rejectCode();
  };
  const std::string secret = "correct-horse";
  CHECK(codeAfter(secret, {}) == 11);
  CHECK(codeAfter(secret, writeKeyState(KeyState::NoSecret)) == 11);
  CHECK(codeAfter(secret, writeKeyState(KeyState::BadSecret)) == 10);
  CHECK(codeAfter(secret, std::vector<std::byte>(56)) == 10);
  CHECK(codeAfter("", writeKeyState(KeyState::Unsecured)) == 11);
  CHECK(codeAfter("", {}) == 0);
}

TEST_CASE("srt caller: once it is over, nothing changes it") {
  Caller caller(someOptions(), kNowUs);
  CallerListener listener;
  const Datagram answer = conclude(caller, listener);
  caller.onDatagram(answer, kNowUs);
  REQUIRE(caller.state() == State::Connected);
  caller.onDatagram(with(answer, kTypeAt, kRefusalBase + 1403), kNowUs);
  caller.onDatagram(with(answer, kSocketIdAt, 99), kNowUs + 7);
  CHECK(caller.state() == State::Connected);
  CHECK(caller.settled().peerSocketId == CallerListener::kSocketId);
  CHECK(caller.settled().arrivedUs == kNowUs);
  CHECK(caller.due(kNowUs + 10 * Caller::kTimeoutUs).empty());
  CHECK(caller.state() == State::Connected);
}

TEST_CASE("srt caller: options out of their range are refused") {
  const auto isGood = [](auto&& change) {
    CallerOptions options = someOptions();
    change(options);
    try {
      const Caller caller(options, kNowUs);
    } catch (const std::invalid_argument&) {
      return false;
    }
    return true;
  };
  CHECK(isGood([](CallerOptions&) {}));
  CHECK_FALSE(isGood([](CallerOptions& options) { options.socketId = 0; }));
  CHECK_FALSE(isGood([](CallerOptions& options) { options.initialSeq = kSeqMask + 1; }));
  CHECK_FALSE(isGood([](CallerOptions& options) { options.streamId.assign(513, 's'); }));
  CHECK_FALSE(isGood([](CallerOptions& options) { options.receiveLatencyMs = -1; }));
  CHECK_FALSE(isGood([](CallerOptions& options) { options.sendLatencyMs = 65536; }));
  CHECK(isGood([](CallerOptions& options) { options.passphrase.assign(10, 'p'); }));
  CHECK(isGood([](CallerOptions& options) { options.passphrase.assign(79, 'p'); }));
  CHECK_FALSE(isGood([](CallerOptions& options) { options.passphrase.assign(9, 'p'); }));
  CHECK_FALSE(isGood([](CallerOptions& options) { options.passphrase.assign(80, 'p'); }));
  CHECK_FALSE(isGood([](CallerOptions& options) { options.keyBytes = 20; }));
}
