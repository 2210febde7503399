// A call of the direct transport's caller, step by step.
#pragma once

#include "direct/caller/caller.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "direct/wire/sequence.h"
#include "direct_bytes.h"
#include "direct_caller_listener.h"

namespace sls::test {

using State = Caller::State;
using Datagram = CallerListener::Datagram;

inline constexpr MonoUs kNowUs = 9'000'000;
inline constexpr MonoUs kMs = 1000;

inline CallerOptions someOptions(std::string passphrase = "", std::size_t keyBytes = 0) {
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

inline Datagram dueOf(Caller& caller, MonoUs nowUs) {
  const Bytes packet = caller.due(nowUs);
  return {packet.begin(), packet.end()};
}

// As far as the conclusion, and what the listener answers to it.
inline Datagram conclude(Caller& caller, CallerListener& listener) {
  caller.onDatagram(listener.answer(dueOf(caller, kNowUs), kNowUs), kNowUs + kMs);
  REQUIRE(caller.state() == State::Concluding);
  return listener.answer(dueOf(caller, kNowUs + kMs), kNowUs + kMs);
}

inline void call(Caller& caller, CallerListener& listener) { caller.onDatagram(conclude(caller, listener), kNowUs + 2 * kMs); }

// The reject code that a call of these two ends with; 0 = they are connected.
inline int codeOf(const CallerOptions& options, CallerListener::Options listening) {
  Caller caller(options, kNowUs);
  CallerListener listener(std::move(listening));
  call(caller, listener);
  CHECK(caller.state() == (caller.rejectCode() == 0 ? State::Connected : State::Refused));
  CHECK(caller.nextDueUs() == Caller::kNever);
  CHECK(caller.due(kNowUs + 1000 * kMs).empty());
  return caller.rejectCode();
}

// The word of a handshake packet at `offset` of its body, replaced.
inline Datagram with(Datagram packet, std::size_t offset, std::uint32_t word) {
  REQUIRE(packet.size() >= kHeaderBytes + offset + 4);
  writeWord(packet.data() + kHeaderBytes + offset, word);
  return packet;
}

inline constexpr std::size_t kVersionAt = 0;
inline constexpr std::size_t kExtensionAt = 4;
inline constexpr std::size_t kTypeAt = 20;
inline constexpr std::size_t kSocketIdAt = 24;
inline constexpr std::size_t kCookieAt = 28;

}  // namespace sls::test
