#pragma once

#include <sys/types.h>

namespace peers {

/// utime + stime of all threads, from /proc/PID/stat. Throws std::runtime_error when the process is gone.
double cpuSecondsOf(pid_t pid);

/// A number of /proc/PID/status such as "VmRSS" (kB) or "Threads". Throws std::runtime_error.
long statusNumberOf(pid_t pid, const char* key);

}  // namespace peers
