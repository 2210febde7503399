#include "direct/crypto/key_material.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include "direct/crypto/key_wrap.h"
#include "direct_bytes.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

// Made by libsrt 1.5.1 with this passphrase.
constexpr std::string_view kPassphrase = "correct-horse-battery";
constexpr const char* kMessage16 =
    "12202901 00000000 02000200 00000404 28e6143e 22a55a47 0de783f3 e7b2d92e e8b1cb76 446f8ef2 760ec86c 8e59ec44"
    "75bfa668 eb4af2a6";
constexpr const char* kMessage24 =
    "12202901 00000000 02000200 00000406 41831fa0 5b1cd922 24dc12f5 74e7c5e8 dc23f94f 01e2bc8f 5d79c496 f674207e"
    "cd83ac52 9f857e3d e679dda4 00c64074";
constexpr const char* kMessage32 =
    "12202901 00000000 02000200 00000408 d9ea4e9a 52af4f50 0e45dc13 d1274ba2 ecd63b52 909f2c09 ffdc5946 6206f983"
    "1a4876b2 8f06589f c34d1098 ceb8e5b6 eb58f85b 9e0a1291";
// The refresh of kMessage32: its key and the next one.
constexpr const char* kRefresh32 =
    "12202903 00000000 02000200 00000408 d9ea4e9a 52af4f50 0e45dc13 d1274ba2 25eb44db fc8c99e9 1426c12f f0fb0310"
    "17f16dcc 6a1bd125 aaf5b4ac ac304e2c a52c99ca 3cd21143 212a4c48 f003eede e6673931 5ca130fe 7b55a0aa e69c2eb4"
    "f1278f0d 93642440";

// RFC 8018 section 5.2 step by step, for results of one or two blocks.
std::string pbkdf2(std::string_view passphrase, Bytes salt, int rounds, std::size_t bytes) {
  constexpr std::size_t kHashBytes = 20;
  using Hash = std::array<unsigned char, kHashBytes>;
  const auto hmac = [&](const unsigned char* data, std::size_t size) {
    Hash out{};
    unsigned written = 0;
    REQUIRE(HMAC(EVP_sha1(), passphrase.data(), static_cast<int>(passphrase.size()), data, size, out.data(),
                 &written) != nullptr);
    REQUIRE(written == kHashBytes);
    return out;
  };
  std::vector<std::byte> all;
  for (unsigned char block = 1; all.size() < bytes; ++block) {
    std::vector<unsigned char> first;
    for (const std::byte value : salt) first.push_back(std::to_integer<unsigned char>(value));
    first.insert(first.end(), {0, 0, 0, block});
    Hash last = hmac(first.data(), first.size());
    Hash sum = last;
    for (int round = 1; round < rounds; ++round) {
      last = hmac(last.data(), last.size());
      std::transform(sum.begin(), sum.end(), last.begin(), sum.begin(),
                     [](unsigned char a, unsigned char b) { return static_cast<unsigned char>(a ^ b); });
    }
    for (const unsigned char value : sum) all.push_back(static_cast<std::byte>(value));
  }
  return toHex(Bytes(all).first(bytes));
}

struct WrapVector {
  const char* wrappingKey;
  const char* plain;
  const char* wrapped;
};

// RFC 3394 sections 4.1 to 4.6.
constexpr std::array kWrapVectors = {
    WrapVector{"000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF",
               "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"},
    WrapVector{"000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF",
               "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"},
    WrapVector{"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF",
               "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"},
    WrapVector{"000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF0001020304050607",
               "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2"},
    WrapVector{"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
               "00112233445566778899AABBCCDDEEFF0001020304050607",
               "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"},
    WrapVector{"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
               "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
               "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"},
};

Key keyOf(std::size_t bytes, unsigned first) {
  std::vector<std::byte> content(bytes);
  for (std::size_t i = 0; i < bytes; ++i) content[i] = static_cast<std::byte>(first + i);
  return Key(content);
}

// Empty: parsing or unwrapping failed.
std::optional<KeyPair> unwrapped(const char* message, std::string_view passphrase) {
  const auto bytes = fromHex(message);
  const auto material = parseKeyMaterial(bytes);
  REQUIRE(material);
  return unwrapKeys(*material, passphrase);
}

}  // namespace

TEST_CASE("srt key wrap: the vectors of RFC 3394") {
  for (const WrapVector& vector : kWrapVectors) {
    const Key key(fromHex(vector.wrappingKey));
    const auto plain = fromHex(vector.plain);
    const auto wrapped = fromHex(vector.wrapped);
    std::vector<std::byte> out(wrapped.size());
    CHECK(wrapWith(key, plain, out));
    CHECK(toHex(out) == toHex(wrapped));
    std::vector<std::byte> back(plain.size());
    CHECK(unwrapWith(key, wrapped, back));
    CHECK(toHex(back) == toHex(plain));
  }
}

TEST_CASE("srt key wrap: an altered byte or another key is noticed") {
  const WrapVector& vector = kWrapVectors.front();
  const Key key(fromHex(vector.wrappingKey));
  std::array<std::byte, 16> out{};
  for (std::size_t i = 0; i < 24; ++i) {
    auto wrapped = fromHex(vector.wrapped);
    wrapped[i] ^= std::byte{1};
    CHECK_FALSE(unwrapWith(key, wrapped, out));
  }
  CHECK_FALSE(unwrapWith(keyOf(16, 1), fromHex(vector.wrapped), out));
  CHECK_FALSE(unwrapWith(key, fromHex(vector.wrapped), MutableBytes(out).first(15)));
  CHECK_FALSE(unwrapWith(key, {}, out));
  CHECK_FALSE(unwrapWith(Key(), fromHex(vector.wrapped), out));
}

TEST_CASE("srt wrapping key: PBKDF2 of 2048 rounds over the last 8 bytes of the salt") {
  // The reference itself, against RFC 6070.
  CHECK(pbkdf2("password", bytesOf("salt"), 1, 20) == "0c60c80f961f0e71f3a9b524af6012062fe037a6");
  CHECK(pbkdf2("password", bytesOf("salt"), 2, 20) == "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
  CHECK(pbkdf2("password", bytesOf("salt"), 4096, 20) == "4b007901b765489abead49d926f721d065a429c1");
  CHECK(pbkdf2("passwordPASSWORDpassword", bytesOf("saltSALTsaltSALTsaltSALTsaltSALTsalt"), 4096, 25) ==
        "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038");

  Salt salt{};
  for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::byte>(0xA0 + i);
  for (const std::size_t bytes : {16U, 24U, 32U}) {
    const auto key = deriveWrappingKey(kPassphrase, salt, bytes);
    REQUIRE(key);
    CHECK(toHex(key->bytes()) == pbkdf2(kPassphrase, Bytes(salt).last(8), 2048, bytes));
  }
}

TEST_CASE("srt key material: reads the messages of libsrt") {
  for (const auto& [message, keyBytes] : {std::pair{kMessage16, 16U}, {kMessage24, 24U}, {kMessage32, 32U}}) {
    const auto bytes = fromHex(message);
    const auto material = parseKeyMaterial(bytes);
    REQUIRE(material);
    CHECK(material->keys == KeyFlag::Even);
    CHECK(material->keyBytes == keyBytes);
    CHECK(toHex(material->salt) == toHex(Bytes(bytes).subspan(16, 16)));
    CHECK(material->wrapped.data() == bytes.data() + 32);
    CHECK(material->wrapped.size() == keyBytes + 8);
  }
}

TEST_CASE("srt key material: unwraps the keys of libsrt with the right passphrase alone") {
  for (const auto& [message, keyBytes] : {std::pair{kMessage16, 16U}, {kMessage24, 24U}, {kMessage32, 32U}}) {
    const auto keys = unwrapped(message, kPassphrase);
    REQUIRE(keys);
    CHECK(keys->even.size() == keyBytes);
    CHECK(keys->odd.isEmpty());
    CHECK_FALSE(unwrapped(message, "correct-horse-batterz"));
    CHECK_FALSE(unwrapped(message, ""));
  }
}

TEST_CASE("srt key material: a refresh of libsrt brings the key in use and the next one") {
  const auto before = unwrapped(kMessage32, kPassphrase);
  const auto refresh = unwrapped(kRefresh32, kPassphrase);
  REQUIRE(before);
  REQUIRE(refresh);
  CHECK(toHex(refresh->even.bytes()) == toHex(before->even.bytes()));
  CHECK(refresh->odd.size() == 32);
  CHECK(toHex(refresh->odd.bytes()) != toHex(refresh->even.bytes()));
}

TEST_CASE("srt key material: writes what libsrt writes") {
  for (const char* message : {kMessage16, kMessage24, kMessage32, kRefresh32}) {
    const auto bytes = fromHex(message);
    const auto material = parseKeyMaterial(bytes);
    const auto keys = unwrapped(message, kPassphrase);
    REQUIRE(material);
    REQUIRE(keys);
    CHECK(toHex(wrapKeys(*keys, material->salt, kPassphrase)) == toHex(bytes));
  }
}

TEST_CASE("srt key material: every set of keys comes back") {
  const Salt salt{std::byte{1}, std::byte{2}};
  for (const std::size_t bytes : {16U, 24U, 32U}) {
    const Key even = keyOf(bytes, 1);
    const Key odd = keyOf(bytes, 100);
    for (const auto& [sent, flag] :
         {std::pair{KeyPair{even, {}}, KeyFlag::Even}, std::pair{KeyPair{{}, odd}, KeyFlag::Odd},
          std::pair{KeyPair{even, odd}, KeyFlag::Both}}) {
      const auto message = wrapKeys(sent, salt, kPassphrase);
      const auto material = parseKeyMaterial(message);
      REQUIRE(material);
      CHECK(material->keys == flag);
      CHECK(material->salt == salt);
      const auto got = unwrapKeys(*material, kPassphrase);
      REQUIRE(got);
      CHECK(toHex(got->even.bytes()) == toHex(sent.even.bytes()));
      CHECK(toHex(got->odd.bytes()) == toHex(sent.odd.bytes()));
    }
  }
}

TEST_CASE("srt key material: wants one key, or two of one length") {
  CHECK_THROWS_AS(wrapKeys({}, {}, kPassphrase), std::invalid_argument);
  CHECK_THROWS_AS(wrapKeys({keyOf(16, 0), keyOf(32, 0)}, {}, kPassphrase), std::invalid_argument);
  for (const std::size_t bytes : {0U, 15U, 17U, 31U, 33U, 64U}) {
    CHECK_THROWS_AS(Key(std::vector<std::byte>(bytes)), std::invalid_argument);
  }
}

TEST_CASE("srt key material: refuses what is cut off or too long") {
  for (const char* message : {kMessage16, kRefresh32}) {
    auto bytes = fromHex(message);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(parseKeyMaterial(Bytes(bytes).first(size)));
    bytes.resize(bytes.size() + 4);
    CHECK_FALSE(parseKeyMaterial(bytes));
  }
}

TEST_CASE("srt key material: refuses other values in the fixed part") {
  struct Change {
    std::size_t at;
    unsigned value;
  };
  for (const Change change : {Change{0, 0x92}, {0, 0x22}, {0, 0x11}, {1, 0x21}, {2, 0x28}, {3, 0},  {3, 3},
                              {4, 1},          {7, 1},    {8, 0},    {8, 1},    {8, 4},    {9, 1},  {10, 1},
                              {14, 3},         {14, 5},   {15, 0},   {15, 5},   {15, 6},   {15, 8}, {15, 0xFF}}) {
    CAPTURE(change.at);
    CAPTURE(change.value);
    auto bytes = fromHex(kMessage16);
    bytes[change.at] = static_cast<std::byte>(change.value);
    CHECK_FALSE(parseKeyMaterial(bytes));
  }
}

TEST_CASE("srt key material: ignores reserved bits") {
  auto bytes = fromHex(kMessage16);
  bytes[3] = std::byte{0xFE};
  for (const std::size_t reserved : {11U, 12U, 13U}) bytes[reserved] = std::byte{0xFF};
  const auto material = parseKeyMaterial(bytes);
  REQUIRE(material);
  CHECK(material->keys == KeyFlag::Odd);
}

TEST_CASE("srt key material: unwraps nothing of an impossible size") {
  const auto bytes = fromHex(kMessage16);
  auto material = parseKeyMaterial(bytes);
  REQUIRE(material);
  material->keyBytes = 24;
  CHECK_FALSE(unwrapKeys(*material, kPassphrase));
  material->keyBytes = 1000;
  CHECK_FALSE(unwrapKeys(*material, kPassphrase));
  material->keyBytes = 16;
  material->keys = KeyFlag::Both;
  CHECK_FALSE(unwrapKeys(*material, kPassphrase));
  material->keys = KeyFlag::None;
  CHECK_FALSE(unwrapKeys(*material, kPassphrase));
}

TEST_CASE("srt key state: as libsrt writes it") {
  CHECK(toHex(writeKeyState(KeyState::NoSecret)) == "03000000");
  CHECK(toHex(writeKeyState(KeyState::BadSecret)) == "04000000");
  CHECK(parseKeyState(fromHex("04000000")) == KeyState::BadSecret);
  CHECK(parseKeyState(fromHex("00000003")) == KeyState::NoSecret);
  CHECK(parseKeyState(fromHex("00000000")) == KeyState::Unsecured);
  CHECK_FALSE(parseKeyState(fromHex("05000000")));
  CHECK_FALSE(parseKeyState(fromHex("03000003")));
  CHECK_FALSE(parseKeyState(fromHex("030000")));
  CHECK_FALSE(parseKeyState(fromHex("0300000000")));
  CHECK_FALSE(parseKeyState(fromHex(kMessage16)));
}

TEST_CASE("srt keys: random bytes fill all of it, and differ") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    std::array<std::byte, 32> bytes{};
    fillRandom(bytes);
    seen.insert(toHex(Bytes(bytes).last(16)));
  }
  CHECK(seen.size() == 100);
}
