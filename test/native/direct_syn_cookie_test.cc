#include "direct/syn_cookie.h"

#include <doctest/doctest.h>

#include <set>

#include "direct_bytes.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr MonoUs kSecondUs = 1'000'000;
constexpr MonoUs kMinuteUs = 60 * kSecondUs;
// Ten seconds into a period.
constexpr MonoUs kNowUs = 1000 * kMinuteUs + 10 * kSecondUs;

std::vector<std::byte> addressOf(std::uint32_t ip, unsigned port) {
  std::vector<std::byte> bytes(6);
  writeWord(bytes.data(), ip);
  bytes[4] = static_cast<std::byte>(port >> 8);
  bytes[5] = static_cast<std::byte>(port);
  return bytes;
}

}  // namespace

TEST_CASE("srt cookie: holds for its address, for one to two minutes") {
  const SynCookie cookies;
  const auto peer = addressOf(0x0A01'0203, 5000);
  const std::uint32_t cookie = cookies.make(peer, kNowUs);
  CHECK(cookies.make(peer, kNowUs + 49 * kSecondUs) == cookie);
  CHECK(cookies.isValid(cookie, peer, kNowUs));
  CHECK(cookies.isValid(cookie, peer, kNowUs + kMinuteUs));
  CHECK(cookies.isValid(cookie, peer, kNowUs + 110 * kSecondUs - 1));
  CHECK_FALSE(cookies.isValid(cookie, peer, kNowUs + 110 * kSecondUs));
  CHECK_FALSE(cookies.isValid(cookie, peer, kNowUs + 1000 * kMinuteUs));
  // Made later than it is asked about: nobody has it yet.
  CHECK_FALSE(cookies.isValid(cookie, peer, kNowUs - 11 * kSecondUs));
}

TEST_CASE("srt cookie: another address, port, length or cookie fails") {
  const SynCookie cookies;
  const auto peer = addressOf(0x0A01'0203, 5000);
  const std::uint32_t cookie = cookies.make(peer, kNowUs);
  CHECK_FALSE(cookies.isValid(cookie, addressOf(0x0A01'0204, 5000), kNowUs));
  CHECK_FALSE(cookies.isValid(cookie, addressOf(0x0A01'0203, 5001), kNowUs));
  CHECK_FALSE(cookies.isValid(cookie, Bytes(peer).first(5), kNowUs));
  auto longer = peer;
  longer.resize(18);
  CHECK_FALSE(cookies.isValid(cookie, longer, kNowUs));
  for (unsigned bit = 0; bit < 32; ++bit) CHECK_FALSE(cookies.isValid(cookie ^ 1U << bit, peer, kNowUs));
  CHECK_FALSE(cookies.isValid(0, peer, kNowUs));
}

TEST_CASE("srt cookie: each object has a key of its own") {
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(SynCookie().make(addressOf(0x0A01'0203, 5000), kNowUs));
  // Two of a hundred are equal once in a million runs; a shared key would leave one.
  CHECK(seen.size() >= 98);
}

TEST_CASE("srt cookie: is spread over addresses, and never 0") {
  const SynCookie cookies;
  std::set<std::uint32_t> seen;
  for (unsigned port = 0; port < 10'000; ++port) {
    seen.insert(cookies.make(addressOf(0x0A01'0203, port), kNowUs));
  }
  CHECK_FALSE(seen.contains(0));
  CHECK(seen.size() > 9'990);
}

TEST_CASE("srt cookie: works before the first minute of the clock") {
  const SynCookie cookies;
  const auto peer = addressOf(0x0A01'0203, 5000);
  CHECK(cookies.isValid(cookies.make(peer, 0), peer, 0));
  CHECK(cookies.isValid(cookies.make(peer, 0), peer, kMinuteUs));
}
