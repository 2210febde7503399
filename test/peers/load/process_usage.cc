#include "load/process_usage.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace peers {

double cpuSecondsOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t nameEnd = line.rfind(')');
  if (nameEnd == std::string::npos) throw std::runtime_error("process " + std::to_string(pid) + " is gone");
  std::istringstream fields(line.substr(nameEnd + 1));
  std::string skipped;
  // After the name come state and ten numbers; then utime and stime (proc(5), fields 14 and 15).
  for (int i = 0; i < 11; i++) fields >> skipped;
  long userTicks = 0;
  long systemTicks = 0;
  fields >> userTicks >> systemTicks;
  return static_cast<double>(userTicks + systemTicks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

long statusNumberOf(pid_t pid, const char* key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  const std::string prefix = std::string(key) + ":";
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(prefix, 0) == 0) return std::stol(line.substr(prefix.size()));
  }
  throw std::runtime_error("process " + std::to_string(pid) + " has no " + key);
}

}  // namespace peers
