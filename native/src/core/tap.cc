#include "core/tap.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/error.h"

namespace sls {
namespace {

// Some seconds of most streams. The kernel grants less where net.core.wmem_max is lower.
constexpr int kSendBufferBytes = 1 << 20;

}  // namespace

std::size_t Tap::write(std::span<const TapMessage> messages) {
  const std::size_t taken = writer_.write(messages);
  std::uint64_t bytes = 0;
  for (const TapMessage message : messages.first(taken)) bytes += message.size();
  totals_.bytes += bytes;
  return taken;
}

OpenedTap openTap(TapTotals& totals) {
  if (++totals.open > Tap::kMaxOpen) {
    --totals.open;
    throw EngineError("TAP_LIMIT", std::to_string(Tap::kMaxOpen) + " taps are open already");
  }
  std::array<int, 2> fds{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    const std::string why = std::strerror(errno);
    --totals.open;
    throw EngineError("TAP_LIMIT", "no socket for another tap: " + why);
  }
  Descriptor ours(fds[0]);
  Descriptor reader(fds[1]);
  setsockopt(ours.get(), SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
  return {std::make_unique<Tap>(std::move(ours), totals), std::move(reader)};
}

}  // namespace sls
