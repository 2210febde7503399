#include "core/booking.h"

namespace sls {

std::variant<Booking, RefuseReason> Booking::take(const Admitted& admitted, Role role, std::int64_t nowS,
                                                  PlayerCounts& players, TokenUses& uses) {
  Booking booking;
  if (role == Role::Publish) return booking;
  if (!players.take(admitted.streamId, admitted.rules ? admitted.rules->maxPlayers : 0)) {
    return RefuseReason::PlayerLimit;
  }
  booking.players_ = &players;
  booking.streamId_ = admitted.streamId;
  const TokenGrant& token = admitted.token;
  if (token.maxUses == 0) return booking;
  if (!uses.take(token.tokenId, token.maxUses, token.expiresAtS, nowS)) return RefuseReason::TokenUsedUp;
  booking.uses_ = &uses;
  booking.tokenId_ = token.tokenId;
  return booking;
}

void Booking::end() {
  if (players_ != nullptr) players_->release(streamId_);
  if (uses_ != nullptr) uses_->giveBack(tokenId_);
  players_ = nullptr;
  uses_ = nullptr;
}

}  // namespace sls
