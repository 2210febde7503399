#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/message.h"

struct evp_cipher_ctx_st;

namespace peers {

/**
 * One connection's AES-CTR key as its caller makes it: the key material message that announces it (draft section
 * 3.2.2), and the beginning of what the relay encrypts with it. Throws std::runtime_error when OpenSSL fails.
 */
class StreamKey {
 public:
  /// What is decrypted of each message: enough for MessageHeader.
  static constexpr std::size_t kHeadBytes = kLeastMessageBytes;

  /// A random key of 16, 24 or 32 bytes under a random salt. Costs 2048 rounds of HMAC-SHA1.
  StreamKey(const std::string& passphrase, std::size_t keyBytes);

  /// In whole 32-bit words.
  const std::vector<std::uint8_t>& message() const { return message_; }
  /// `message` is at least kHeadBytes long; what is returned holds until the next call.
  std::span<const std::uint8_t> decryptHead(std::uint32_t packetSequence, std::span<const std::uint8_t> message);

 private:
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
  };

  std::vector<std::uint8_t> message_;
  std::array<std::uint8_t, 16> counter_{};
  std::array<std::uint8_t, kHeadBytes> head_{};
  std::unique_ptr<evp_cipher_ctx_st, FreeContext> context_;
};

}  // namespace peers
