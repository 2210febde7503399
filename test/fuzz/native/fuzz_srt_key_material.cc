// One byte, then a key material message or a key state. With the byte's lowest bit set the message is unwrapped too:
// rarely, as that costs 2048 rounds. What is unwrapped must be wrapped as it was read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "direct/crypto/key_material.h"
#include "invariant.h"

using namespace sls::direct;

namespace {

constexpr std::string_view kPassphrase = "correct-horse-battery";

bool isSame(Bytes one, Bytes other) { return std::equal(one.begin(), one.end(), other.begin(), other.end()); }

bool has(KeyFlag keys, KeyFlag one) { return (static_cast<unsigned>(keys) & static_cast<unsigned>(one)) != 0; }

void checkMaterial(Bytes message, const KeyMaterial& material) {
  INVARIANT(material.keyBytes == 16 || material.keyBytes == 24 || material.keyBytes == 32);
  INVARIANT(material.keys != KeyFlag::None);
  const std::size_t keys = material.keys == KeyFlag::Both ? 2 : 1;
  INVARIANT(material.wrapped.size() == 8 + keys * material.keyBytes);
  INVARIANT(material.wrapped.data() + material.wrapped.size() == message.data() + message.size());
  INVARIANT(isSame(material.salt, message.subspan(16, kSaltBytes)));
  INVARIANT(!parseKeyState(message));
}

void checkKeys(const KeyMaterial& material, const KeyPair& keys) {
  INVARIANT(keys.even.size() == (has(material.keys, KeyFlag::Even) ? material.keyBytes : 0));
  INVARIANT(keys.odd.size() == (has(material.keys, KeyFlag::Odd) ? material.keyBytes : 0));
  const auto message = wrapKeys(keys, material.salt, kPassphrase);
  const auto again = parseKeyMaterial(message);
  INVARIANT(again);
  INVARIANT(again->keys == material.keys);
  INVARIANT(again->keyBytes == material.keyBytes);
  INVARIANT(again->salt == material.salt);
  INVARIANT(isSame(again->wrapped, material.wrapped));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes message = std::as_bytes(std::span(data, size)).subspan(1);
  if (const auto state = parseKeyState(message)) {
    INVARIANT(message.size() == 4);
    INVARIANT(parseKeyState(writeKeyState(*state)) == state);
  }
  const auto material = parseKeyMaterial(message);
  if (!material) return 0;
  checkMaterial(message, *material);
  if ((data[0] & 1) == 0) return 0;
  const auto keys = unwrapKeys(*material, kPassphrase);
  if (keys) checkKeys(*material, *keys);
  return 0;
}
