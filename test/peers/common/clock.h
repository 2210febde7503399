#pragma once

#include <cstdint>

namespace peers {

/// CLOCK_MONOTONIC in µs: comparable between the processes of one machine.
std::int64_t monotonicUs();

/// CLOCK_REALTIME in µs: what the kernel stamps received datagrams with.
std::int64_t realtimeUs();

/// Sleeps until monotonicUs() reaches `dueUs`, or a signal arrives.
void sleepUntilUs(std::int64_t dueUs);

}  // namespace peers
