#include "direct/crypto/key_wrap.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <memory>

namespace sls::direct {
namespace {

constexpr int kRounds = 2048;
constexpr std::size_t kDerivationSaltBytes = 8;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const unsigned char* raw(Bytes bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

const EVP_CIPHER* wrapCipherOf(std::size_t keyBytes) {
  switch (keyBytes) {
    case 16: return EVP_aes_128_wrap();
    case 24: return EVP_aes_192_wrap();
    case 32: return EVP_aes_256_wrap();
    default: return nullptr;
  }
}

bool runWrap(const Key& wrappingKey, Bytes in, MutableBytes out, std::size_t outBytes, bool isWrapping) {
  const EVP_CIPHER* cipher = wrapCipherOf(wrappingKey.size());
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  if (cipher == nullptr || !context || out.size() < outBytes) return false;
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  int written = 0;
  const bool isDone =
      EVP_CipherInit_ex2(context.get(), cipher, raw(wrappingKey.bytes()), nullptr, isWrapping ? 1 : 0, nullptr) == 1 &&
      EVP_CipherUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data()), &written, raw(in),
                       static_cast<int>(in.size())) == 1 &&
      static_cast<std::size_t>(written) == outBytes;
  // A wrong passphrase is no error of ours, and the queue belongs to the thread.
  if (!isDone) ERR_clear_error();
  return isDone;
}

}  // namespace

std::optional<Key> deriveWrappingKey(std::string_view passphrase, const Salt& salt, std::size_t keyBytes) {
  std::array<std::byte, kMaxKeyBytes> derived{};
  if (keyBytes > derived.size()) return std::nullopt;
  const Bytes used = Bytes(salt).last(kDerivationSaltBytes);
  std::optional<Key> key;
  if (PKCS5_PBKDF2_HMAC_SHA1(passphrase.data(), static_cast<int>(passphrase.size()), raw(used),
                             static_cast<int>(used.size()), kRounds, static_cast<int>(keyBytes),
                             reinterpret_cast<unsigned char*>(derived.data())) == 1) {
    key.emplace(Bytes(derived).first(keyBytes));
  } else {
    ERR_clear_error();
  }
  OPENSSL_cleanse(derived.data(), derived.size());
  return key;
}

bool wrapWith(const Key& wrappingKey, Bytes plain, MutableBytes out) {
  return runWrap(wrappingKey, plain, out, plain.size() + kWrapExtraBytes, true);
}

bool unwrapWith(const Key& wrappingKey, Bytes wrapped, MutableBytes out) {
  return wrapped.size() > kWrapExtraBytes &&
         runWrap(wrappingKey, wrapped, out, wrapped.size() - kWrapExtraBytes, false);
}

}  // namespace sls::direct
