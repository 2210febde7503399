#include "direct/crypto/key_material.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "direct/crypto/key_wrap.h"

namespace sls::direct {
namespace {

// Version 1, packet type 2 (key material), signature 'HAI'.
constexpr std::array<std::byte, 3> kSignature = {std::byte{0x12}, std::byte{0x20}, std::byte{0x29}};
constexpr std::byte kAesCtr{2};
constexpr std::byte kNoAuthentication{0};
constexpr std::byte kSrtStream{2};  // Field SE.
constexpr std::size_t kWordBytes = 4;
constexpr std::size_t kFixedBytes = 16;
constexpr std::size_t kKeysOffset = 3;
constexpr std::size_t kKekIndexOffset = 4;
constexpr std::size_t kCipherOffset = 8;
constexpr std::size_t kAuthenticationOffset = 9;
constexpr std::size_t kStreamOffset = 10;
constexpr std::size_t kSaltWordsOffset = 14;
constexpr std::size_t kKeyWordsOffset = 15;
constexpr std::size_t kWrappedOffset = kFixedBytes + kSaltBytes;

bool isKeyLength(std::size_t bytes) { return bytes == 16 || bytes == 24 || bytes == kMaxKeyBytes; }

std::size_t wrappedBytes(KeyFlag keys, std::size_t keyBytes) {
  return kWrapExtraBytes + keyBytes * (keys == KeyFlag::Both ? 2 : 1);
}

// Both keys behind each other, as they are wrapped.
struct PlainKeys {
  std::array<std::byte, 2 * kMaxKeyBytes> bytes{};

  PlainKeys() = default;
  PlainKeys(const PlainKeys&) = delete;
  PlainKeys& operator=(const PlainKeys&) = delete;
  ~PlainKeys() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

}  // namespace

Key::Key(Bytes bytes) : size_(bytes.size()) {
  if (!isKeyLength(size_)) throw std::invalid_argument("AES key of " + std::to_string(size_) + " bytes");
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

Key::~Key() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

std::optional<KeyMaterial> parseKeyMaterial(Bytes message) {
  if (message.size() < kWrappedOffset) return std::nullopt;
  if (!std::equal(kSignature.begin(), kSignature.end(), message.begin())) return std::nullopt;
  if (readWord(message.data() + kKekIndexOffset) != 0 || message[kCipherOffset] != kAesCtr ||
      message[kAuthenticationOffset] != kNoAuthentication || message[kStreamOffset] != kSrtStream) {
    return std::nullopt;
  }
  KeyMaterial material;
  material.keys = static_cast<KeyFlag>(message[kKeysOffset] & std::byte{3});
  material.keyBytes = std::to_integer<std::size_t>(message[kKeyWordsOffset]) * kWordBytes;
  material.wrapped = message.subspan(kWrappedOffset);
  if (material.keys == KeyFlag::None || !isKeyLength(material.keyBytes)) return std::nullopt;
  if (std::to_integer<std::size_t>(message[kSaltWordsOffset]) * kWordBytes != kSaltBytes) return std::nullopt;
  if (material.wrapped.size() != wrappedBytes(material.keys, material.keyBytes)) return std::nullopt;
  std::copy_n(message.begin() + kFixedBytes, kSaltBytes, material.salt.begin());
  return material;
}

std::optional<KeyPair> unwrapKeys(const KeyMaterial& material, std::string_view passphrase) {
  if (!isKeyLength(material.keyBytes) || material.keys == KeyFlag::None ||
      material.wrapped.size() != wrappedBytes(material.keys, material.keyBytes)) {
    return std::nullopt;
  }
  const auto wrappingKey = deriveWrappingKey(passphrase, material.salt, material.keyBytes);
  PlainKeys plain;
  if (!wrappingKey || !unwrapWith(*wrappingKey, material.wrapped, plain.bytes)) return std::nullopt;
  const Bytes first = Bytes(plain.bytes).first(material.keyBytes);
  KeyPair keys;
  (material.keys == KeyFlag::Odd ? keys.odd : keys.even) = Key(first);
  if (material.keys == KeyFlag::Both) keys.odd = Key(Bytes(plain.bytes).subspan(material.keyBytes, material.keyBytes));
  return keys;
}

std::vector<std::byte> wrapKeys(const KeyPair& keys, const Salt& salt, std::string_view passphrase) {
  const Key& some = keys.even.isEmpty() ? keys.odd : keys.even;
  if (some.isEmpty() || (!keys.odd.isEmpty() && keys.odd.size() != some.size())) {
    throw std::invalid_argument("key material: needs one key, or two of one length");
  }
  PlainKeys plain;
  const auto oddAt = std::copy(keys.even.bytes().begin(), keys.even.bytes().end(), plain.bytes.begin());
  const auto plainEnd = std::copy(keys.odd.bytes().begin(), keys.odd.bytes().end(), oddAt);
  const auto plainBytes = static_cast<std::size_t>(plainEnd - plain.bytes.begin());

  std::vector<std::byte> message(kWrappedOffset + plainBytes + kWrapExtraBytes);
  std::copy(kSignature.begin(), kSignature.end(), message.begin());
  const unsigned flags = (keys.even.isEmpty() ? 0U : static_cast<unsigned>(KeyFlag::Even)) |
                         (keys.odd.isEmpty() ? 0U : static_cast<unsigned>(KeyFlag::Odd));
  message[kKeysOffset] = static_cast<std::byte>(flags);
  message[kCipherOffset] = kAesCtr;
  message[kAuthenticationOffset] = kNoAuthentication;
  message[kStreamOffset] = kSrtStream;
  message[kSaltWordsOffset] = static_cast<std::byte>(kSaltBytes / kWordBytes);
  message[kKeyWordsOffset] = static_cast<std::byte>(some.size() / kWordBytes);
  std::copy(salt.begin(), salt.end(), message.begin() + kFixedBytes);

  const auto wrappingKey = deriveWrappingKey(passphrase, salt, some.size());
  if (!wrappingKey ||
      !wrapWith(*wrappingKey, Bytes(plain.bytes).first(plainBytes), MutableBytes(message).subspan(kWrappedOffset))) {
    throw std::runtime_error("key material: OpenSSL failed");
  }
  return message;
}

std::array<std::byte, 4> writeKeyState(KeyState state) {
  return {static_cast<std::byte>(state), std::byte{0}, std::byte{0}, std::byte{0}};
}

std::optional<KeyState> parseKeyState(Bytes message) {
  if (message.size() != kWordBytes) return std::nullopt;
  constexpr auto kLast = static_cast<std::uint32_t>(KeyState::BadSecret);
  const std::array swapped = {message[3], message[2], message[1], message[0]};
  const std::uint32_t littleEndian = readWord(swapped.data());
  if (littleEndian <= kLast) return static_cast<KeyState>(littleEndian);
  const std::uint32_t bigEndian = readWord(message.data());
  if (bigEndian <= kLast) return static_cast<KeyState>(bigEndian);
  return std::nullopt;
}

void fillRandom(MutableBytes out) {
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1) {
    throw std::runtime_error("no random bytes from OpenSSL");
  }
}

}  // namespace sls::direct
