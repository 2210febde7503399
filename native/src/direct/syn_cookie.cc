#include "direct/syn_cookie.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <stdexcept>

#include "direct/crypto/key_material.h"

namespace sls::direct {
namespace {

constexpr MonoUs kPeriodUs = 60'000'000;
constexpr std::uint32_t kNoCookie = 1;  // What a failed hash is answered with; isValid() then fails too.

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};
struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// SipHash: made for short inputs from strangers. Fetched once, as that takes a lock.
EVP_MAC* sipHash() {
  static const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr));
  return mac.get();
}

const unsigned char* raw(Bytes bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// 0: OpenSSL failed. A hash of 0 becomes 1: a cookie of 0 would say that there is none.
std::uint32_t hash(Bytes key, Bytes address, std::int64_t period) {
  std::array<std::byte, 8> periodBytes;
  writeWord(periodBytes.data(), static_cast<std::uint32_t>(period >> 32));
  writeWord(periodBytes.data() + 4, static_cast<std::uint32_t>(period));
  std::array<std::byte, 8> out{};
  std::size_t written = 0;
  const std::unique_ptr<EVP_MAC_CTX, FreeContext> context(EVP_MAC_CTX_new(sipHash()));
  std::size_t outBytes = out.size();
  const std::array params = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &outBytes), OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_init(context.get(), raw(key), key.size(), params.data()) != 1 ||
      EVP_MAC_update(context.get(), raw(periodBytes), periodBytes.size()) != 1 ||
      EVP_MAC_update(context.get(), raw(address), address.size()) != 1 ||
      EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(out.data()), &written, out.size()) != 1) {
    ERR_clear_error();
    return 0;
  }
  const std::uint32_t value = readWord(out.data());
  return value == 0 ? 1 : value;
}

}  // namespace

SynCookie::SynCookie() {
  if (sipHash() == nullptr) throw std::runtime_error("SipHash: OpenSSL has none");
  fillRandom(key_);
}

std::uint32_t SynCookie::make(Bytes address, MonoUs nowUs) const {
  const std::uint32_t cookie = hash(key_, address, nowUs / kPeriodUs);
  return cookie == 0 ? kNoCookie : cookie;
}

bool SynCookie::isValid(std::uint32_t cookie, Bytes address, MonoUs nowUs) const {
  if (cookie == 0) return false;
  const std::int64_t period = nowUs / kPeriodUs;
  return cookie == hash(key_, address, period) || cookie == hash(key_, address, period - 1);
}

}  // namespace sls::direct
