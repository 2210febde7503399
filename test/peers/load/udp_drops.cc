#include "load/udp_drops.h"

#include <fstream>
#include <sstream>
#include <string>

namespace peers {
namespace {

std::uint64_t dropsInTable(const char* path, int port) {
  std::ifstream table(path);
  std::string line;
  std::getline(table, line);
  std::uint64_t sum = 0;
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string slot;
    std::string local;
    fields >> slot >> local;
    const std::size_t colon = local.rfind(':');
    if (colon == std::string::npos || std::stoi(local.substr(colon + 1), nullptr, 16) != port) continue;
    const std::size_t end = line.find_last_not_of(' ');
    sum += std::stoull(line.substr(line.rfind(' ', end) + 1));
  }
  return sum;
}

}  // namespace

std::uint64_t dropsOnPort(int port) {
  return dropsInTable("/proc/net/udp", port) + dropsInTable("/proc/net/udp6", port);
}

}  // namespace peers
