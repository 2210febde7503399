// Writes messages to a reader outside SRT who may be slow, stuck or gone. Never waits, never raises SIGPIPE.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/descriptor.h"

namespace sls {

using TapMessage = std::span<const std::byte>;

class TapWriter {
 public:
  // `socket`: our end of a connected stream socket.
  explicit TapWriter(Descriptor socket) : socket_(std::move(socket)) {}

  // Returns how many it has taken, from the first on; the others may be offered again. What the reader gets is always
  // whole messages: of one that fits in part the rest goes first, before anything else.
  std::size_t write(std::span<const TapMessage> messages);
  // False: the reader has closed its end, and nothing will be taken any more.
  bool isOpen();

  // So much goes into one buffer of the kernel, so it is taken whole or not at all.
  static constexpr std::size_t kMaxBatch = 22;

 private:
  // False: no room for all of it.
  bool writeRest();
  // Bytes taken; 0 also for no room and for a reader that is gone.
  std::size_t send(std::span<const TapMessage> messages);

  Descriptor socket_;
  std::vector<std::byte> rest_;  // Of the last message that was taken.
  bool isGone_ = false;
};

}  // namespace sls
