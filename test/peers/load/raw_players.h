#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <vector>

#include "load/raw_player.h"

namespace peers {

/// All players of a run, read in batches by the calling thread.
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
  /// From here on there is only sweep(): what wakes a waiting reader is done on the relay's time, on loopback.
  void stopWaiting();
  /// Does as turn() without waiting for the players of one part of all: with `parts` calls 10 ms apart in all, each
  /// player is read and heard once in 10 ms, and not all at one moment.
  void sweep(std::size_t part, std::size_t parts);
  void disconnect();

  const std::vector<RawPlayer>& all() const { return players_; }
  int countOf(RawPlayer::State state) const;
  /// Connected with data, or refused, or broken: nothing more to wait for.
  bool allSettled() const;
  std::int64_t startedAtUs() const { return startedAtUs_; }
  void openWindow(std::uint64_t firstSequence, std::size_t mostMessages);
  std::uint64_t deliveredBefore(std::uint64_t endSequence) const;
  std::uint64_t socketDrops() const;

 private:
  static constexpr std::size_t kBatch = 64;
  /// Enough for any control packet and for the head of a message; the kernel need not copy the rest.
  static constexpr std::size_t kDatagramBytes = 256;
  static constexpr std::size_t kTrainBytes = 65536;
  static constexpr std::size_t kControlBytes = 96;

  /// What the kernel says of a received datagram.
  struct Reception {
    std::int64_t atUs = 0;
    /// Of each of the datagrams that came as one; 0 = it is a single one.
    std::size_t segmentBytes = 0;
  };

  void prepareBatch();
  void drain(RawPlayer& player);
  void take(RawPlayer& player, const mmsghdr& received);
  static Reception receptionOf(const msghdr& message);

  std::vector<RawPlayer> players_;
  int epollFd_;
  std::size_t started_ = 0;
  std::int64_t startedAtUs_ = 0;
  std::size_t bytesEach_;
  std::array<epoll_event, 256> events_;
  std::array<mmsghdr, kBatch> batch_;
  std::array<iovec, kBatch> vectors_;
  std::vector<std::uint8_t> datagrams_;
  // cmsghdr wants its alignment.
  alignas(16) std::array<std::array<std::uint8_t, kControlBytes>, kBatch> controls_;
};

}  // namespace peers
