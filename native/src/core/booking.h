// What one accepted connection occupies: a player's place, and a use of its play token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/admission.h"
#include "core/options.h"
#include "core/player_counts.h"
#include "core/token_uses.h"

namespace sls {

// The counters outlive it. Ended by its destructor: the place is free again, and so is the use unless it was spent.
class Booking {
 public:
  // Takes both or nothing: PlayerLimit, TokenUsedUp.
  static std::variant<Booking, RefuseReason> take(const Admitted& admitted, Role role, std::int64_t nowS,
                                                  PlayerCounts& players, TokenUses& uses);
  Booking() = default;
  ~Booking() { end(); }
  Booking(Booking&& other) noexcept { swap(other); }
  Booking& operator=(Booking&& other) noexcept {
    swap(other);
    return *this;
  }

  // The connection plays: what it used is not given back any more.
  void spendUse() { uses_ = nullptr; }

 private:
  void swap(Booking& other) noexcept {
    std::swap(players_, other.players_);
    std::swap(uses_, other.uses_);
    streamId_.swap(other.streamId_);
    tokenId_.swap(other.tokenId_);
  }
  void end();

  PlayerCounts* players_ = nullptr;  // Passed by argument; nullptr = no place taken.
  TokenUses* uses_ = nullptr;        // Passed by argument; nullptr = no use to give back.
  std::string streamId_;
  std::string tokenId_;
};

}  // namespace sls
