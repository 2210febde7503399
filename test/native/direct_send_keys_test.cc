#include "direct/crypto/send_keys.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "direct_bytes.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr std::string_view kPassphrase = "correct-horse-battery";
constexpr Position kFirst = firstPosition(kSeqMask - 5);
constexpr KeyRefresh kOften{.everyPackets = 100, .announcePackets = 20};

Salt someSalt() {
  Salt salt;
  for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::byte>(i * 7 + 1);
  return salt;
}

Key keyOf(std::size_t bytes, int fill) { return Key(std::vector<std::byte>(bytes, static_cast<std::byte>(fill))); }

SendKeys evenKeys(KeyRefresh refresh = kOften) {
  return {{keyOf(16, 1), {}}, someSalt(), std::string(kPassphrase), refresh, kFirst};
}

std::vector<std::byte> encrypted(SendKeys& keys, Position position, KeyFlag expected) {
  const std::vector<std::byte> plain(100, std::byte{0x47});
  std::vector<std::byte> out(plain.size());
  CHECK(keys.apply(position, plain, out) == expected);
  return out;
}

// With the key that a message brought.
std::vector<std::byte> encryptedWith(const Key& key, Position position) {
  Cipher cipher(key, someSalt());
  const std::vector<std::byte> plain(100, std::byte{0x47});
  std::vector<std::byte> out(plain.size());
  cipher.apply(seqOf(position), plain, out);
  return out;
}

std::vector<std::byte> copyOf(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

KeyPair opened(Bytes message) {
  const auto material = parseKeyMaterial(message);
  REQUIRE(material);
  CHECK(material->salt == someSalt());
  const auto keys = unwrapKeys(*material, kPassphrase);
  REQUIRE(keys);
  return *keys;
}

}  // namespace

TEST_CASE("direct send keys: encrypts with the key that the peer brought, even or odd") {
  SendKeys even = evenKeys();
  CHECK(encrypted(even, kFirst, KeyFlag::Even) == encryptedWith(keyOf(16, 1), kFirst));
  CHECK(encrypted(even, kFirst + 9, KeyFlag::Even) == encryptedWith(keyOf(16, 1), kFirst + 9));
  SendKeys odd({{}, keyOf(32, 2)}, someSalt(), std::string(kPassphrase), kOften, kFirst);
  CHECK(encrypted(odd, kFirst, KeyFlag::Odd) == encryptedWith(keyOf(32, 2), kFirst));
  SendKeys both({keyOf(24, 1), keyOf(24, 2)}, someSalt(), std::string(kPassphrase), kOften, kFirst);
  CHECK(encrypted(both, kFirst, KeyFlag::Even) == encryptedWith(keyOf(24, 1), kFirst));
}

TEST_CASE("direct send keys: announces a new key in time, again while it is not answered, and changes when it is") {
  SendKeys keys = evenKeys();
  CHECK(keys.due(kFirst + 79, 1'000'000, 20'000).empty());
  const auto message = copyOf(keys.due(kFirst + 80, 1'000'000, 20'000));
  const KeyPair announced = opened(message);
  CHECK(toHex(announced.even.bytes()) == toHex(keyOf(16, 1).bytes()));
  CHECK(announced.odd.size() == 16);

  // The announcement was lost, and lost again.
  CHECK(keys.due(kFirst + 85, 1'099'999, 20'000).empty());
  CHECK(toHex(keys.due(kFirst + 90, 1'100'000, 20'000)) == toHex(message));
  CHECK(keys.due(kFirst + 95, 1'399'999, 200'000).empty());
  CHECK(toHex(keys.due(kFirst + 100, 1'400'000, 200'000)) == toHex(message));
  // Nobody has the new key yet.
  encrypted(keys, kFirst + 120, KeyFlag::Even);
  CHECK(toHex(keys.due(kFirst + 300, 1'600'000, 20'000)) == toHex(message));
  encrypted(keys, kFirst + 300, KeyFlag::Even);

  keys.onAnswer(message);
  CHECK(keys.due(kFirst + 301, 1'700'000, 20'000).empty());
  CHECK(encrypted(keys, kFirst + 301, KeyFlag::Odd) == encryptedWith(announced.odd, kFirst + 301));
  // Sent again it gets the key of then.
  CHECK(encrypted(keys, kFirst + 300, KeyFlag::Even) == encryptedWith(keyOf(16, 1), kFirst + 300));
}

TEST_CASE("direct send keys: the answer alone does not change the key before its time") {
  SendKeys keys = evenKeys();
  const auto message = copyOf(keys.due(kFirst + 80, 1'000'000, 20'000));
  keys.onAnswer(message);
  for (Position position = kFirst + 81; position < kFirst + 100; ++position) {
    CHECK(keys.due(position, 5'000'000, 20'000).empty());
    encrypted(keys, position, KeyFlag::Even);
  }
  CHECK(keys.due(kFirst + 100, 5'000'000, 20'000).empty());
  encrypted(keys, kFirst + 99, KeyFlag::Even);
  encrypted(keys, kFirst + 100, KeyFlag::Odd);
}

TEST_CASE("direct send keys: only the very message is an answer") {
  SendKeys keys = evenKeys();
  keys.onAnswer({});
  const auto message = copyOf(keys.due(kFirst + 80, 1'000'000, 20'000));
  auto other = message;
  other.back() ^= std::byte{1};
  keys.onAnswer(other);
  keys.onAnswer(Bytes(message).first(message.size() - 1));
  keys.onAnswer({});
  keys.onAnswer(writeKeyState(KeyState::BadSecret));
  CHECK_FALSE(keys.due(kFirst + 100, 2'000'000, 20'000).empty());
  encrypted(keys, kFirst + 100, KeyFlag::Even);
}

TEST_CASE("direct send keys: change after change, each with a key of its own, readable by who has followed") {
  SendKeys keys = evenKeys();
  KeyPair known{keyOf(16, 1), {}};
  std::vector<std::string> seen{toHex(known.even.bytes())};
  MonoUs nowUs = 1'000'000;
  KeyFlag flag = KeyFlag::Even;
  int changes = 0;
  for (Position position = kFirst; position < kFirst + 1000; ++position, nowUs += 10'000) {
    const auto message = copyOf(keys.due(position, nowUs, 20'000));
    if (!message.empty()) {
      const KeyPair both = opened(message);
      const Key& fresh = flag == KeyFlag::Even ? both.odd : both.even;
      const Key& current = flag == KeyFlag::Even ? both.even : both.odd;
      CHECK(toHex(current.bytes()) == seen.back());
      for (const std::string& old : seen) CHECK(toHex(fresh.bytes()) != old);
      seen.push_back(toHex(fresh.bytes()));
      known = both;
      keys.onAnswer(message);
    }
    const std::vector<std::byte> plain(40, std::byte{9});
    std::vector<std::byte> out(plain.size());
    const KeyFlag now = keys.apply(position, plain, out);
    if (now != flag) ++changes;
    flag = now;
    Cipher reader(flag == KeyFlag::Even ? known.even : known.odd, someSalt());
    reader.apply(seqOf(position), out, out);
    CHECK(out == plain);
  }
  CHECK(changes == 9);
}
