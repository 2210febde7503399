#pragma once

#include "load/measurement.h"
#include "load/options.h"
#include "load/paced_publisher.h"
#include "load/raw_players.h"

namespace peers {

/// One run: a publisher, then the players, then the measurement.
class Load {
 public:
  /// Connects the publisher. Throws PublisherRefused, std::system_error.
  explicit Load(const LoadOptions& options);

  /// Throws std::runtime_error when the relay goes.
  Measurement run();
  void disconnect() { players_.disconnect(); }
  const RawPlayers& players() const { return players_; }

 private:
  void waitForStream();
  void join();
  void turnFor(double seconds);
  void turnOnce();
  Measurement measure();
  void waitForStragglers(const Measurement& measured);

  const LoadOptions& options_;
  RawPlayerSettings settings_;
  PacedPublisher publisher_;
  RawPlayers players_;
  std::size_t part_ = 0;
  std::int64_t turnDueUs_ = 0;
  std::int64_t worstLagUs_ = 0;
};

}  // namespace peers
