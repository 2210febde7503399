#include "direct/crypto/cipher.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "direct_bytes.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

// Key material (the one in use and, in the last, the next one) and a data packet behind it, from libsrt 1.5.1; each
// message was its text and zero bytes, 40 bytes in all.
struct Capture {
  const char* keyMaterial;
  const char* packet;
  const char* text;
};

constexpr std::string_view kPassphrase = "correct-horse-battery";
constexpr std::array kCaptures = {
    Capture{"12202901000000000200020000000404"
            "28e6143e22a55a470de783f3e7b2d92ee8b1cb76446f8ef2760ec86c8e59ec4475bfa668eb4af2a6",
            "7f798207e8000001000032390ae5e242"
            "4570028033fe1d1376d358875a5690b0b30417aac188a55b04f77c724c5e8a52375e7a2d4f072f88",
            "message 0"},
    Capture{"12202901000000000200020000000404"
            "28e6143e22a55a470de783f3e7b2d92ee8b1cb76446f8ef2760ec86c8e59ec4475bfa668eb4af2a6",
            "7f798209e8000003000048150ae5e242"
            "b411ccf3781bddefb74163df0a42983676df93555f93ac32f4ce253766ad74db4f070db4633a0485",
            "message 2"},
    Capture{"12202901000000000200020000000406"
            "41831fa05b1cd92224dc12f574e7c5e8dc23f94f01e2bc8f5d79c496f674207ecd83ac529f857e3de679dda400c64074",
            "75b69fc4e800000100001bc60292813e"
            "b84f34f0b2b66b5c49dae33840874797827b142725755ac9d1bf77328feda7efcdf3039cc91d80ff",
            "message 0"},
    Capture{"12202901000000000200020000000408d9ea4e9a52af4f500e45dc13d1274ba2"
            "ecd63b52909f2c09ffdc59466206f9831a4876b28f06589fc34d1098ceb8e5b6eb58f85b9e0a1291",
            "56fa7205e800000100001d09362a25f9"
            "4901fa0c5972fd3ce276abda57154a68af38980e1e515fbec3a72679eb1f55e83c9a88f1ead35196",
            "message 0"},
    Capture{"12202903000000000200020000000408d9ea4e9a52af4f500e45dc13d1274ba2"
            "25eb44dbfc8c99e91426c12ff0fb031017f16dcc6a1bd125aaf5b4acac304e2ca52c99ca3cd21143212a4c48f003eede"
            "e66739315ca130fe7b55a0aae69c2eb4f1278f0d93642440",
            "56fa722ef000002a00016e3d362a25f9"
            "ce8f123162434ead03d9ac628fad2847e1214b1902a4a8b321be90f2da6ceef54a376896a6e8ece6",
            "message 41"},
};

constexpr std::size_t kLargestPayloadBytes = 1456;

Key keyOf(std::size_t bytes) {
  std::vector<std::byte> content(bytes);
  for (std::size_t i = 0; i < bytes; ++i) content[i] = static_cast<std::byte>(7 * i + bytes);
  return Key(content);
}

Salt someSalt() {
  Salt salt;
  for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::byte>(0xF0 - 11 * i);
  return salt;
}

// Draft section 6.1.2, block by block from AES itself.
std::vector<std::byte> keyStream(const Key& key, const Salt& salt, std::uint32_t seq, std::size_t blocks) {
  const EVP_CIPHER* aes = key.size() == 16   ? EVP_aes_128_ecb()
                          : key.size() == 24 ? EVP_aes_192_ecb()
                                             : EVP_aes_256_ecb();
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  REQUIRE(EVP_EncryptInit_ex(context.get(), aes, nullptr, reinterpret_cast<const unsigned char*>(key.bytes().data()),
                             nullptr) == 1);
  std::vector<std::byte> stream(blocks * 16);
  for (std::size_t block = 0; block < blocks; ++block) {
    std::array<std::byte, 16> counter{};
    std::copy_n(salt.begin(), 14, counter.begin());
    for (std::size_t i = 0; i < 4; ++i) counter[10 + i] ^= static_cast<std::byte>(seq >> (8 * (3 - i)));
    counter[14] = static_cast<std::byte>(block >> 8);
    counter[15] = static_cast<std::byte>(block);
    int written = 0;
    REQUIRE(EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(stream.data() + block * 16), &written,
                              reinterpret_cast<const unsigned char*>(counter.data()), 16) == 1);
    REQUIRE(written == 16);
  }
  return stream;
}

std::string applied(Cipher& cipher, std::uint32_t seq, Bytes in) {
  std::vector<std::byte> out(in.size());
  cipher.apply(seq, in, out);
  return toHex(out);
}

}  // namespace

TEST_CASE("srt cipher: decrypts and encrypts as libsrt does") {
  for (const Capture& capture : kCaptures) {
    const auto message = fromHex(capture.keyMaterial);
    const auto packet = fromHex(capture.packet);
    const auto material = parseKeyMaterial(message);
    REQUIRE(material);
    const auto keys = unwrapKeys(*material, kPassphrase);
    REQUIRE(keys);
    const DataHeader header = readDataHeader(packet.data());
    Cipher cipher(header.key == KeyFlag::Odd ? keys->odd : keys->even, material->salt);
    const Bytes payload = Bytes(packet).subspan(kHeaderBytes);
    std::string plain = capture.text;
    plain.resize(payload.size());
    CHECK(applied(cipher, header.seq, payload) == toHex(bytesOf(plain)));
    CHECK(applied(cipher, header.seq, bytesOf(plain)) == toHex(payload));
  }
}

TEST_CASE("srt cipher: is AES in counter mode, for every key length and payload") {
  const std::vector<std::byte> zeros(kLargestPayloadBytes);
  for (const std::size_t keyBytes : {16U, 24U, 32U}) {
    const Key key = keyOf(keyBytes);
    Cipher cipher(key, someSalt());
    for (const std::uint32_t seq : {0U, 1U, 0x1234'5678U, 0x7FFF'FFFFU}) {
      const auto stream = keyStream(key, someSalt(), seq, kLargestPayloadBytes / 16);
      for (const std::size_t size : std::vector<std::size_t>{0, 1, 15, 16, 17, 188, 1316, kLargestPayloadBytes}) {
        CHECK(applied(cipher, seq, Bytes(zeros).first(size)) == toHex(Bytes(stream).first(size)));
      }
    }
  }
}

TEST_CASE("srt cipher: packets in any order, in place or apart") {
  Cipher cipher(keyOf(16), someSalt());
  std::vector<std::byte> plain(1316);
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<std::byte>(i);
  const std::string one = applied(cipher, 1, plain);
  const std::string two = applied(cipher, 2, plain);
  CHECK(one != two);
  CHECK(applied(cipher, 1, plain) == one);
  auto inPlace = plain;
  cipher.apply(2, inPlace, inPlace);
  CHECK(toHex(inPlace) == two);
  cipher.apply(2, inPlace, inPlace);
  CHECK(toHex(inPlace) == toHex(plain));
}

TEST_CASE("srt cipher: writes no byte behind the payload") {
  Cipher cipher(keyOf(32), someSalt());
  const std::vector<std::byte> in(21);
  std::vector<std::byte> out(40, std::byte{0xAA});
  cipher.apply(9, in, out);
  CHECK(std::all_of(out.begin() + 21, out.end(), [](std::byte value) { return value == std::byte{0xAA}; }));
}

TEST_CASE("srt cipher: can be moved") {
  const std::vector<std::byte> in(32);
  Cipher first(keyOf(16), someSalt());
  const std::string expected = applied(first, 3, in);
  Cipher second(std::move(first));
  CHECK(applied(second, 3, in) == expected);
  Cipher third(keyOf(24), someSalt());
  CHECK(applied(third, 3, in) != expected);
  third = std::move(second);
  CHECK(applied(third, 3, in) == expected);
}

TEST_CASE("srt cipher: wants a key") { CHECK_THROWS_AS(Cipher(Key(), someSalt()), std::runtime_error); }
