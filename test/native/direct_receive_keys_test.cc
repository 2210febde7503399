#include "direct/crypto/receive_keys.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "direct_bytes.h"

using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr std::string_view kPassphrase = "correct-horse-battery";
constexpr MonoUs kSecondUs = 1'000'000;

Salt saltOf(int fill) {
  Salt salt;
  salt.fill(static_cast<std::byte>(fill));
  return salt;
}

Key keyOf(int fill) { return Key(std::vector<std::byte>(16, static_cast<std::byte>(fill))); }

struct Publisher {
  KeyPair keys{keyOf(1), {}};
  std::vector<std::byte> first = wrapKeys(keys, saltOf(5), kPassphrase);
  ReceiveKeys receiver{keys, saltOf(5), std::string(kPassphrase), first};

  bool reads(const Key& key, KeyFlag flag, std::uint32_t seq, int salt = 5) {
    if (!receiver.has(flag)) return false;
    const std::vector<std::byte> plain(70, std::byte{0x47});
    std::vector<std::byte> wire(plain.size());
    std::vector<std::byte> out(plain.size());
    Cipher(key, saltOf(salt)).apply(seq, plain, wire);
    receiver.apply(flag, seq, wire, out);
    return out == plain;
  }
};

}  // namespace

TEST_CASE("direct receive keys: reads with the keys that there are, and says which there are not") {
  Publisher publisher;
  CHECK(publisher.reads(keyOf(1), KeyFlag::Even, 12));
  CHECK_FALSE(publisher.reads(keyOf(2), KeyFlag::Even, 12));
  CHECK_FALSE(publisher.receiver.has(KeyFlag::Odd));
  CHECK_FALSE(publisher.receiver.has(KeyFlag::Both));
  CHECK_FALSE(publisher.receiver.has(KeyFlag::None));
}

TEST_CASE("direct receive keys: the first message repeated is answered with itself") {
  Publisher publisher;
  CHECK(toHex(publisher.receiver.onRequest(publisher.first, kSecondUs)) == toHex(publisher.first));
  CHECK(toHex(publisher.receiver.onRequest(publisher.first, kSecondUs)) == toHex(publisher.first));
}

TEST_CASE("direct receive keys: follows a change of the key, and reads with the old one meanwhile") {
  Publisher publisher;
  const auto next = wrapKeys({keyOf(1), keyOf(2)}, saltOf(5), kPassphrase);
  CHECK(toHex(publisher.receiver.onRequest(next, kSecondUs)) == toHex(next));
  CHECK(publisher.reads(keyOf(2), KeyFlag::Odd, 0x7FFF'FFFF));
  CHECK(publisher.reads(keyOf(1), KeyFlag::Even, 0));
  CHECK(toHex(publisher.receiver.onRequest(next, kSecondUs)) == toHex(next));
  const auto third = wrapKeys({keyOf(3), {}}, saltOf(6), kPassphrase);
  CHECK(toHex(publisher.receiver.onRequest(third, 2 * kSecondUs)) == toHex(third));
  CHECK(publisher.reads(keyOf(3), KeyFlag::Even, 1, 6));
  CHECK(publisher.reads(keyOf(2), KeyFlag::Odd, 2));
}

TEST_CASE("direct receive keys: what cannot be opened is not answered and changes nothing") {
  Publisher publisher;
  const auto stranger = wrapKeys({keyOf(9), {}}, saltOf(5), "another-passphrase");
  CHECK(publisher.receiver.onRequest(stranger, kSecondUs).empty());
  CHECK(publisher.receiver.onRequest({}, 2 * kSecondUs).empty());
  CHECK(publisher.receiver.onRequest(Bytes(stranger).first(20), 3 * kSecondUs).empty());
  CHECK(publisher.reads(keyOf(1), KeyFlag::Even, 5));
  CHECK(toHex(publisher.receiver.onRequest(publisher.first, 4 * kSecondUs)) == toHex(publisher.first));
}

TEST_CASE("direct receive keys: tries no more than one message in a twentieth of a second") {
  Publisher publisher;
  const auto stranger = wrapKeys({keyOf(9), {}}, saltOf(5), "another-passphrase");
  const auto next = wrapKeys({keyOf(1), keyOf(2)}, saltOf(5), kPassphrase);
  CHECK(publisher.receiver.onRequest(stranger, kSecondUs).empty());
  CHECK(publisher.receiver.onRequest(next, kSecondUs + 49'999).empty());
  CHECK_FALSE(publisher.receiver.has(KeyFlag::Odd));
  CHECK_FALSE(publisher.receiver.onRequest(next, kSecondUs + 50'000).empty());
}
