// A tap of a stream that lives in a packet store: a cursor, like a player's, that waits at holes for what may still come,
// because its reader cannot put packets in order.
#pragma once

#include <utility>

#include "core/tap.h"
#include "direct/clock.h"
#include "direct/send/player_sender.h"

namespace sls::direct {

class StreamTap {
 public:
  explicit StreamTap(TapPtr tap) : tap_(std::move(tap)) {}

  // Hands on what the reader has room for. `latencyUs`: for how long the publisher's packets may be out of order. False:
  // the reader is gone.
  bool pump(const Playable& stream, MonoUs latencyUs, MonoUs nowUs);

  // So much is handed to a newcomer, where it is kept, and a picture is there the sooner.
  static constexpr MonoUs kHistoryUs = 2'000'000;
  // A reader that is this far behind goes on with what is live.
  static constexpr MonoUs kMostBehindUs = 3'000'000;

 private:
  void start(const Playable& stream, MonoUs nowUs);
  void skipStale(const Playable& stream, MonoUs staleBeforeUs);

  TapPtr tap_;
  PacketIndex cursor_ = 0;
  bool isStarted_ = false;
  bool isBlocked_ = false;  // The reader had no room for all of it.
};

}  // namespace sls::direct
