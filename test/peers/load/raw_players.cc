#include "load/raw_players.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <system_error>

#include "common/clock.h"

namespace peers {
namespace {

constexpr std::uint32_t kFirstSocketId = 0x1000;

}  // namespace

RawPlayers::RawPlayers(const RawPlayerSettings& settings, int count)
    : epollFd_(epoll_create1(EPOLL_CLOEXEC)), datagrams_(kBatch * kDatagramBytes) {
  if (epollFd_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  std::mt19937 random(std::random_device{}());
  players_.reserve(static_cast<std::size_t>(count));
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); i++) {
    players_.emplace_back(settings, kFirstSocketId + i, random() & wire::kSequenceMask);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = i;
    epoll_ctl(epollFd_, EPOLL_CTL_ADD, players_.back().fd(), &event);
  }
  prepareBatch();
}

RawPlayers::~RawPlayers() { close(epollFd_); }

void RawPlayers::prepareBatch() {
  for (std::size_t i = 0; i < kBatch; i++) {
    vectors_[i] = {datagrams_.data() + i * kDatagramBytes, kDatagramBytes};
    batch_[i] = {};
    batch_[i].msg_hdr.msg_iov = &vectors_[i];
    batch_[i].msg_hdr.msg_iovlen = 1;
    batch_[i].msg_hdr.msg_control = controls_[i].data();
  }
}

void RawPlayers::startUpTo(int burst, std::int64_t nowUs) {
  if (startedAtUs_ == 0) startedAtUs_ = nowUs;
  int underWay = countOf(RawPlayer::State::Induction) + countOf(RawPlayer::State::Conclusion);
  for (; started_ < players_.size() && underWay < burst; underWay++) players_[started_++].connect(nowUs);
}

void RawPlayers::turn(int waitMs) {
  const int ready = epoll_wait(epollFd_, events_.data(), static_cast<int>(events_.size()), waitMs);
  for (int i = 0; i < ready; i++) drain(players_[events_[static_cast<std::size_t>(i)].data.u32]);
  const std::int64_t nowUs = realtimeUs();
  for (RawPlayer& player : players_) player.tick(nowUs);
}

void RawPlayers::drain(RawPlayer& player) {
  for (;;) {
    for (mmsghdr& each : batch_) each.msg_hdr.msg_controllen = kControlBytes;
    const int got = recvmmsg(player.fd(), batch_.data(), kBatch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < got; i++) {
      const mmsghdr& each = batch_[static_cast<std::size_t>(i)];
      const auto* bytes = static_cast<const std::uint8_t*>(each.msg_hdr.msg_iov->iov_base);
      player.take({bytes, each.msg_len}, arrivalOf(each.msg_hdr));
    }
    if (got < static_cast<int>(kBatch)) return;
  }
}

std::int64_t RawPlayers::arrivalOf(const msghdr& message) const {
  for (const cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(part))) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec at{};
    std::memcpy(&at, CMSG_DATA(part), sizeof at);
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000 + at.tv_nsec / 1000;
  }
  return realtimeUs();
}

void RawPlayers::disconnect() {
  for (RawPlayer& player : players_) player.disconnect(realtimeUs());
}

int RawPlayers::countOf(RawPlayer::State state) const {
  return static_cast<int>(
      std::count_if(players_.begin(), players_.end(), [state](auto& each) { return each.state() == state; }));
}

bool RawPlayers::allSettled() const {
  return std::all_of(players_.begin(), players_.end(), [](const RawPlayer& each) {
    if (each.state() == RawPlayer::State::Connected) return each.firstDataAtUs() > 0;
    return each.state() == RawPlayer::State::Refused || each.state() == RawPlayer::State::Broken;
  });
}

void RawPlayers::openWindow(std::uint64_t firstSequence, std::size_t mostMessages) {
  for (RawPlayer& player : players_) player.openWindow(firstSequence, mostMessages);
}

std::uint64_t RawPlayers::deliveredBefore(std::uint64_t endSequence) const {
  std::uint64_t sum = 0;
  for (const RawPlayer& player : players_) sum += player.window().countBefore(endSequence);
  return sum;
}

}  // namespace peers
