#include "direct/crypto/cipher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace sls::direct {
namespace {

constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kSeqOffset = 10;
// The counter's last two bytes count the blocks of a packet.
constexpr std::size_t kUsedSaltBytes = 14;

using CounterBlock = std::array<unsigned char, kBlockBytes>;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* cipherOf(std::size_t keyBytes) {
  switch (keyBytes) {
    case 16: return EVP_aes_128_ctr();
    case 24: return EVP_aes_192_ctr();
    case 32: return EVP_aes_256_ctr();
    default: throw std::runtime_error("AES-CTR: no key of this length");
  }
}

}  // namespace

struct Cipher::State {
  std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
  CounterBlock start{};
};

Cipher::Cipher(const Key& key, const Salt& salt) : state_(std::make_unique<State>()) {
  std::transform(salt.begin(), salt.begin() + kUsedSaltBytes, state_->start.begin(),
                 [](std::byte value) { return std::to_integer<unsigned char>(value); });
  const auto* keyBytes = reinterpret_cast<const unsigned char*>(key.bytes().data());
  if (!state_->context ||
      EVP_EncryptInit_ex2(state_->context.get(), cipherOf(key.size()), keyBytes, state_->start.data(), nullptr) != 1) {
    throw std::runtime_error("AES-CTR: OpenSSL failed");
  }
}

Cipher::~Cipher() = default;
Cipher::Cipher(Cipher&& other) noexcept = default;
Cipher& Cipher::operator=(Cipher&& other) noexcept = default;

void Cipher::apply(std::uint32_t seq, Bytes in, MutableBytes out) {
  if (in.empty()) return;
  CounterBlock counter = state_->start;
  for (std::size_t i = 0; i < 4; ++i) counter[kSeqOffset + i] ^= static_cast<unsigned char>(seq >> (24 - 8 * i));
  // Without cipher and key OpenSSL keeps the expanded key and sets the counter alone.
  EVP_CIPHER_CTX* context = state_->context.get();
  int written = 0;
  if (EVP_EncryptInit_ex2(context, nullptr, nullptr, counter.data(), nullptr) != 1 ||
      EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(out.data()), &written,
                        reinterpret_cast<const unsigned char*>(in.data()), static_cast<int>(in.size())) != 1) {
    // Plain text must not leave.
    std::fill_n(out.begin(), in.size(), std::byte{0});
  }
}

}  // namespace sls::direct
