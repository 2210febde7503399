#include <doctest/doctest.h>

#include <stdexcept>

#include "direct_bytes.h"
#include "direct_call.h"

using namespace sls::test;
using sls::direct::test::bytesOf;
using sls::direct::test::fromHex;
using sls::direct::test::toHex;

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
