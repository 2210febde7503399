#include "load/process_usage.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace peers {
namespace {

std::runtime_error gone(pid_t pid) { return std::runtime_error("process " + std::to_string(pid) + " is gone"); }

}  // namespace

std::vector<ThreadUsage> threadsOf(pid_t pid) {
  std::vector<ThreadUsage> threads;
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(pid) + "/task", error);
  if (error) throw gone(pid);
  for (const auto& task : tasks) {
    double nanoseconds = 0;
    ThreadUsage thread{std::stoi(task.path().filename()), {}, 0};
    std::getline(std::ifstream(task.path() / "comm"), thread.name);
    // A thread that has just ended has neither file; its time is lost to us.
    if (!(std::ifstream(task.path() / "schedstat") >> nanoseconds)) continue;
    thread.cpuSeconds = nanoseconds / 1e9;
    threads.push_back(std::move(thread));
  }
  if (threads.empty()) throw gone(pid);
  return threads;
}

long statusNumberOf(pid_t pid, const char* key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  const std::string prefix = std::string(key) + ":";
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(prefix, 0) == 0) return std::stol(line.substr(prefix.size()));
  }
  throw std::runtime_error("process " + std::to_string(pid) + " has no " + key);
}

double machineIdleSeconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  long user = 0;
  long nice = 0;
  long system = 0;
  long idle = 0;
  file >> name >> user >> nice >> system >> idle;
  return static_cast<double>(idle) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace peers
