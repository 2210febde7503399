// One stream: its publisher, its ring, its players. Lives on one worker; no locks.
//
//   idle ──attachPublisher──► live ──publisher gone──► lingering ──linger over──► isOver
//                              ▲  └──takeover──┐           │
//                              └───────────────┴───────────┘ attachPublisher
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/live_streams.h"
#include "core/ring.h"
#include "core/ring_tap.h"
#include "core/session.h"

namespace sls {

class Stream {
 public:
  Stream(std::string key, std::size_t ringBytes, LiveStreams& registry);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  const std::string& key() const { return key_; }

  // False: the publisher that is there still delivers. True with a publisher there: that one is retiring, it may
  // still deliver what its latency holds back until the newcomer's first message.
  bool attachPublisher(Session& publisher, MonoMs nowMs);
  // A player starts with the next message.
  void attachPlayer(Session& player);
  void detach(Session& session, MonoMs nowMs);
  // It starts with what the publisher sent in the last two seconds, as far as it is kept.
  void attachTap(TapPtr tap);
  // Forgets the taps whose readers are gone.
  void pumpTaps();

  // The slot for the next message; commit(0 bytes) is not needed when nothing came.
  std::span<std::byte> claim() { return ring_.claim(); }
  // Returns the publishers that this message retires for good; the caller closes them.
  std::vector<Session*> commit(const Session& from, std::size_t bytes);

  // Sends every player what it has not had. Appends those that became blocked.
  void pump(MonoMs nowMs, std::vector<Session*>& blocked);
  // The same for one player. False: it is blocked.
  bool pumpOne(Session& player, MonoMs nowMs);

  // To be called as soon as the transport saw payload of the publisher, before latency is waited for.
  void noteArrival(const Session& publisher, MonoMs atMs);
  void notePolicy();

  // No publisher, and the time for its return is over.
  bool isOver(MonoMs nowMs) const;
  const std::vector<Session*>& players() const { return players_; }
  std::uint64_t backlogBytes(const Session& player) const { return ring_.backlogBytes(player.cursor); }

 private:
  std::string key_;
  LiveStreams& registry_;             // Passed by argument.
  std::shared_ptr<LiveStream> live_;  // Shared with handshakes.
  Ring ring_;
  Session* publisher_ = nullptr;    // Owned by the transport.
  std::vector<Session*> retiring_;  // Owned by the transport.
  std::vector<Session*> players_;   // Owned by the transport.
  std::vector<RingTap> taps_;
  MonoMs lingerUntilMs_ = 0;
};

}  // namespace sls
