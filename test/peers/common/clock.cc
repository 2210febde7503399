#include "common/clock.h"

#include <time.h>

namespace peers {
namespace {

std::int64_t nowUs(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

}  // namespace

std::int64_t monotonicUs() { return nowUs(CLOCK_MONOTONIC); }

std::int64_t realtimeUs() { return nowUs(CLOCK_REALTIME); }

void sleepUntilUs(std::int64_t dueUs) {
  const timespec due{dueUs / 1'000'000, (dueUs % 1'000'000) * 1000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

}  // namespace peers
