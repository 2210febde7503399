#include "load/stream_key.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace peers {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kWrapExtraBytes = 8;
// Of the salt, the last 8 bytes go into the key encrypting key, the first 14 into the counter.
constexpr std::size_t kKekSaltBytes = 8;
constexpr std::size_t kCounterSaltBytes = 14;
constexpr int kKekRounds = 2048;

void need(bool isDone, const char* what) {
  if (!isDone) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

Bytes randomBytes(std::size_t count) {
  Bytes bytes(count);
  need(RAND_bytes(bytes.data(), static_cast<int>(count)) == 1, "RAND_bytes");
  return bytes;
}

Bytes wrapped(EVP_CIPHER_CTX* context, const Bytes& key, const Bytes& salt, const std::string& passphrase) {
  Bytes kek(key.size());
  need(PKCS5_PBKDF2_HMAC_SHA1(passphrase.data(), static_cast<int>(passphrase.size()),
                              salt.data() + kSaltBytes - kKekSaltBytes, kKekSaltBytes, kKekRounds,
                              static_cast<int>(kek.size()), kek.data()) == 1,
       "PBKDF2");
  const EVP_CIPHER* cipher = key.size() == 16   ? EVP_aes_128_wrap()
                             : key.size() == 24 ? EVP_aes_192_wrap()
                                                : EVP_aes_256_wrap();
  Bytes out(key.size() + kWrapExtraBytes);
  int written = 0;
  EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  need(EVP_EncryptInit_ex(context, cipher, nullptr, kek.data(), nullptr) == 1, "key wrap");
  need(EVP_EncryptUpdate(context, out.data(), &written, key.data(), static_cast<int>(key.size())) == 1, "key wrap");
  return out;
}

}  // namespace

void StreamKey::FreeContext::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

StreamKey::StreamKey(const std::string& passphrase, std::size_t keyBytes) : context_(EVP_CIPHER_CTX_new()) {
  need(context_ != nullptr, "no cipher context");
  const Bytes key = randomBytes(keyBytes);
  const Bytes salt = randomBytes(kSaltBytes);
  const auto words = [](std::size_t bytes) { return static_cast<std::uint8_t>(bytes / 4); };
  // Version 1 and type 2, signature, the even key; no KEK index; AES-CTR, no authentication, SRT; lengths in words.
  message_ = {0x12, 0x20, 0x29, 0x01, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, words(kSaltBytes), words(keyBytes)};
  message_.insert(message_.end(), salt.begin(), salt.end());
  const Bytes wrap = wrapped(context_.get(), key, salt, passphrase);
  message_.insert(message_.end(), wrap.begin(), wrap.end());
  std::copy_n(salt.begin(), kCounterSaltBytes, counter_.begin());
  const EVP_CIPHER* cipher = keyBytes == 16   ? EVP_aes_128_ctr()
                             : keyBytes == 24 ? EVP_aes_192_ctr()
                                              : EVP_aes_256_ctr();
  EVP_CIPHER_CTX_reset(context_.get());
  need(EVP_DecryptInit_ex(context_.get(), cipher, nullptr, key.data(), nullptr) == 1, "AES-CTR");
}

std::span<const std::uint8_t> StreamKey::decryptHead(std::uint32_t packetSequence,
                                                     std::span<const std::uint8_t> message) {
  constexpr std::size_t kSequenceAt = 10;
  std::array<std::uint8_t, 16> counter = counter_;
  for (std::size_t i = 0; i < 4; i++) {
    counter[kSequenceAt + i] ^= static_cast<std::uint8_t>(packetSequence >> (24 - 8 * i));
  }
  int written = 0;
  need(EVP_DecryptInit_ex(context_.get(), nullptr, nullptr, nullptr, counter.data()) == 1, "AES-CTR counter");
  need(EVP_DecryptUpdate(context_.get(), head_.data(), &written, message.data(), kHeadBytes) == 1, "AES-CTR");
  return head_;
}

}  // namespace peers
