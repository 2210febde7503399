#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace peers {

/// One thread of a process and the time it has been on a CPU since it began.
struct ThreadUsage {
  pid_t id = 0;
  std::string name;
  double cpuSeconds = 0;
};

/// All threads there are, from /proc/PID/task/TID/schedstat, which counts nanoseconds where /proc/PID/stat counts ticks
/// of 10 ms. Throws std::runtime_error when the process is gone.
std::vector<ThreadUsage> threadsOf(pid_t pid);

/// A number of /proc/PID/status such as "VmRSS" (kB) or "Threads". Throws std::runtime_error.
long statusNumberOf(pid_t pid, const char* key);

/// How long all CPUs of the machine together have been idle, in seconds (/proc/stat, ticks of 10 ms).
double machineIdleSeconds();

}  // namespace peers
