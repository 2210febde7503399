// Encrypts what one player is sent, and changes the key in time (draft section 6.1.6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "direct/clock.h"
#include "direct/crypto/cipher.h"
#include "direct/crypto/key_material.h"
#include "direct/wire/sequence.h"

namespace sls::direct {

// libsrt's own defaults (SRTO_KMREFRESHRATE, SRTO_KMPREANNOUNCE), in packets.
struct KeyRefresh {
  std::int64_t everyPackets = std::int64_t{1} << 24;
  std::int64_t announcePackets = std::int64_t{1} << 12;
};

class SendKeys {
 public:
  // The keys that the peer brought, of which one at least is not empty.
  SendKeys(const KeyPair& keys, const Salt& salt, std::string passphrase, KeyRefresh refresh, Position first);

  // Encrypts the packet at `position` and says with which key. A packet that is sent again gets the key of old.
  KeyFlag apply(Position position, Bytes in, MutableBytes out);

  // The key material message that is to be sent now; empty: none. `next`: the position of the next new packet.
  Bytes due(Position next, MonoUs nowUs, std::int64_t rttUs);
  // The peer's answer: an echo of the message means that it has the new key.
  void onAnswer(Bytes message);

 private:
  static KeyFlag other(KeyFlag flag) { return flag == KeyFlag::Even ? KeyFlag::Odd : KeyFlag::Even; }
  std::optional<Cipher>& cipher(KeyFlag flag) { return flag == KeyFlag::Even ? even_ : odd_; }
  Key& key(KeyFlag flag) { return flag == KeyFlag::Even ? keys_.even : keys_.odd; }
  void announce();

  KeyPair keys_;
  Salt salt_;
  std::string passphrase_;
  KeyRefresh refresh_;
  std::optional<Cipher> even_;
  std::optional<Cipher> odd_;
  KeyFlag current_ = KeyFlag::Even;
  Position since_;                       // The first position with the current key; the one before it holds below.
  std::vector<std::byte> announcement_;  // Empty: no change of keys is under way.
  bool isAnswered_ = false;
  MonoUs announcedAtUs_ = 0;
};

}  // namespace sls::direct
