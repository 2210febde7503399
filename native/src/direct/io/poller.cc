#include "direct/io/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>

#include "core/error.h"

namespace sls::direct {
namespace {

// Kernels before 5.11 know milliseconds only.
int waitFor(int epoll, epoll_event* events, int count, MonoUs timeoutUs) {
  static std::atomic<bool> hasNanoseconds{true};
  if (hasNanoseconds.load(std::memory_order_relaxed)) {
    const timespec timeout{.tv_sec = timeoutUs / 1'000'000, .tv_nsec = timeoutUs % 1'000'000 * 1000};
    const int ready = epoll_pwait2(epoll, events, count, &timeout, nullptr);
    if (ready >= 0 || errno != ENOSYS) return ready;
    hasNanoseconds = false;
  }
  return epoll_wait(epoll, events, count, static_cast<int>((timeoutUs + 999) / 1000));
}

}  // namespace

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = 0}};
  if (epoll_ >= 0 && bell_ >= 0 && epoll_ctl(epoll_, EPOLL_CTL_ADD, bell_, &event) == 0) return;
  const std::string what = std::string("no epoll: ") + std::strerror(errno);
  if (epoll_ >= 0) close(epoll_);
  if (bell_ >= 0) close(bell_);
  throw EngineError("SRT_BIND", what);
}

Poller::~Poller() {
  close(epoll_);
  close(bell_);
}

void Poller::add(int fd, std::uint64_t key) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = key}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    throw EngineError("SRT_BIND", std::string("a socket cannot be watched: ") + std::strerror(errno));
  }
}

void Poller::setWaking(int fd, std::uint64_t key, bool isWaking) {
  epoll_event event{.events = isWaking ? EPOLLIN : 0U, .data = {.u64 = key}};
  // A socket that is closed already wakes nobody.
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Poller::ring() {
  if (isRinging_.exchange(true)) return;
  const std::uint64_t one = 1;
  // It cannot fail but when the bell rings already.
  if (write(bell_, &one, sizeof one) < 0) return;
}

std::span<const std::uint64_t> Poller::wait(MonoUs timeoutUs) {
  std::array<epoll_event, kMaxReady> events;
  const int count = waitFor(epoll_, events.data(), kMaxReady, std::max<MonoUs>(timeoutUs, 0));
  std::size_t ready = 0;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
    if (key != 0) {
      ready_[ready++] = key;
      continue;
    }
    std::uint64_t rings = 0;
    if (read(bell_, &rings, sizeof rings) < 0) continue;
    isRinging_ = false;
  }
  return std::span<const std::uint64_t>(ready_).first(ready);
}

}  // namespace sls::direct
