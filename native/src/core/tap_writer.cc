#include "core/tap_writer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace sls {

std::size_t TapWriter::write(std::span<const TapMessage> messages) {
  if (!writeRest()) return 0;
  std::size_t taken = 0;
  while (taken < messages.size()) {
    const auto batch = messages.subspan(taken, std::min(messages.size() - taken, kMaxBatch));
    std::size_t left = send(batch);
    for (const TapMessage message : batch) {
      if (left == 0) return taken;
      ++taken;
      if (left < message.size()) {
        rest_.assign(message.begin() + static_cast<std::ptrdiff_t>(left), message.end());
        return taken;
      }
      left -= message.size();
    }
  }
  return taken;
}

bool TapWriter::isOpen() {
  if (isGone_) return false;
  pollfd ask{.fd = socket_.get(), .events = 0, .revents = 0};
  if (poll(&ask, 1, 0) > 0 && (ask.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) isGone_ = true;
  return !isGone_;
}

bool TapWriter::writeRest() {
  if (isGone_) return false;
  if (rest_.empty()) return true;
  const TapMessage rest(rest_);
  const std::size_t sent = send({&rest, 1});
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(sent));
  return rest_.empty();
}

std::size_t TapWriter::send(std::span<const TapMessage> messages) {
  std::array<iovec, kMaxBatch> parts;  // NOLINT: the first messages.size() are filled in here.
  for (std::size_t i = 0; i < messages.size(); ++i) {
    // sendmsg() only reads it.
    parts[i] = {const_cast<std::byte*>(messages[i].data()), messages[i].size()};
  }
  msghdr header{};
  header.msg_iov = parts.data();
  header.msg_iovlen = messages.size();
  for (;;) {
    const ssize_t sent = sendmsg(socket_.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM) isGone_ = true;
    return 0;
  }
}

}  // namespace sls
