#include "load/raw_players.h"

#include <netinet/udp.h>
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
    : epollFd_(epoll_create1(EPOLL_CLOEXEC)),
      bytesEach_(settings.takesTrains ? kTrainBytes : kDatagramBytes),
      datagrams_(kBatch * bytesEach_) {
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
    vectors_[i] = {datagrams_.data() + i * bytesEach_, bytesEach_};
    batch_[i] = {};
    batch_[i].msg_hdr.msg_iov = &vectors_[i];
    batch_[i].msg_hdr.msg_iovlen = 1;
    batch_[i].msg_hdr.msg_control = controls_[i].data();
    batch_[i].msg_hdr.msg_controllen = kControlBytes;
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

void RawPlayers::stopWaiting() {
  for (const RawPlayer& player : players_) epoll_ctl(epollFd_, EPOLL_CTL_DEL, player.fd(), nullptr);
}

void RawPlayers::sweep(std::size_t part, std::size_t parts) {
  for (std::size_t i = part; i < players_.size(); i += parts) {
    drain(players_[i]);
    players_[i].tick(realtimeUs());
  }
}

void RawPlayers::drain(RawPlayer& player) {
  for (;;) {
    const int got = recvmmsg(player.fd(), batch_.data(), kBatch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < got; i++) {
      mmsghdr& each = batch_[static_cast<std::size_t>(i)];
      take(player, each);
      each.msg_hdr.msg_controllen = kControlBytes;
    }
    if (got < static_cast<int>(kBatch)) return;
  }
}

void RawPlayers::take(RawPlayer& player, const mmsghdr& received) {
  const auto [atUs, segmentBytes] = receptionOf(received.msg_hdr);
  std::span<const std::uint8_t> rest(static_cast<const std::uint8_t*>(received.msg_hdr.msg_iov->iov_base),
                                     received.msg_len);
  while (!rest.empty()) {
    const std::size_t bytes = segmentBytes == 0 ? rest.size() : std::min(segmentBytes, rest.size());
    player.take(rest.first(bytes), atUs);
    rest = rest.subspan(bytes);
  }
}

RawPlayers::Reception RawPlayers::receptionOf(const msghdr& message) {
  Reception reception;
  for (const cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(part))) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
      timespec at{};
      std::memcpy(&at, CMSG_DATA(part), sizeof at);
      reception.atUs = static_cast<std::int64_t>(at.tv_sec) * 1'000'000 + at.tv_nsec / 1000;
    } else if (part->cmsg_level == SOL_UDP && part->cmsg_type == UDP_GRO) {
      int bytes = 0;
      std::memcpy(&bytes, CMSG_DATA(part), sizeof bytes);
      reception.segmentBytes = static_cast<std::size_t>(bytes);
    }
  }
  if (reception.atUs == 0) reception.atUs = realtimeUs();
  return reception;
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

std::uint64_t RawPlayers::socketDrops() const {
  std::uint64_t sum = 0;
  for (const RawPlayer& player : players_) sum += player.socketDrops();
  return sum;
}

}  // namespace peers
