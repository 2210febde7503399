// The reader's end of a tap, and what a test wants of it.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "core/tap.h"

namespace sls::test {

class TapReader {
 public:
  explicit TapReader(Descriptor end) : end_(std::move(end)) {}

  // Everything that is there now, as text.
  std::string read() {
    std::string all;
    std::array<char, 65536> some;
    for (;;) {
      const ssize_t size = recv(end_.get(), some.data(), some.size(), MSG_DONTWAIT);
      if (size <= 0) {
        isEnded_ = isEnded_ || size == 0;
        return all;
      }
      all.append(some.data(), static_cast<std::size_t>(size));
    }
  }
  // read() has come to the end.
  bool isEnded() const { return isEnded_; }
  void close() { end_.close(); }

 private:
  Descriptor end_;
  bool isEnded_ = false;
};

}  // namespace sls::test
