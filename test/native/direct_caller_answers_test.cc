#include <doctest/doctest.h>

#include <stdexcept>

#include "direct_bytes.h"
#include "direct_call.h"

using namespace sls::test;
using sls::direct::test::bytesOf;
using sls::direct::test::fromHex;
using sls::direct::test::toHex;

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
