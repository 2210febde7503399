#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <vector>

#include "load/raw_player.h"

namespace peers {

/// All players of a run behind one epoll, read in batches by the calling thread.
class RawPlayers {
 public:
  /// Throws std::system_error.
  RawPlayers(const RawPlayerSettings& settings, int count);
  ~RawPlayers();
  RawPlayers(const RawPlayers&) = delete;
  RawPlayers& operator=(const RawPlayers&) = delete;

  /// Starts players until `burst` handshakes are under way; the first call sets startedAtUs().
  void startUpTo(int burst, std::int64_t nowUs);
  /// Waits up to `waitMs` for datagrams, takes all that are there, and sends what is due.
  void turn(int waitMs);
  void disconnect();

  const std::vector<RawPlayer>& all() const { return players_; }
  int countOf(RawPlayer::State state) const;
  /// Connected with data, or refused, or broken: nothing more to wait for.
  bool allSettled() const;
  std::int64_t startedAtUs() const { return startedAtUs_; }
  void openWindow(std::uint64_t firstSequence, std::size_t mostMessages);
  std::uint64_t deliveredBefore(std::uint64_t endSequence) const;

 private:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kDatagramBytes = 1536;
  static constexpr std::size_t kControlBytes = 64;

  void prepareBatch();
  void drain(RawPlayer& player);
  std::int64_t arrivalOf(const msghdr& message) const;

  std::vector<RawPlayer> players_;
  int epollFd_;
  std::size_t started_ = 0;
  std::int64_t startedAtUs_ = 0;
  std::array<epoll_event, 256> events_;
  std::array<mmsghdr, kBatch> batch_;
  std::array<iovec, kBatch> vectors_;
  std::vector<std::uint8_t> datagrams_;
  std::array<std::array<std::uint8_t, kControlBytes>, kBatch> controls_;
};

}  // namespace peers
