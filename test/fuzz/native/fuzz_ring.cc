// A sequence of operations on a ring and on a model that keeps every message. Input: two bytes of size, then
// operations of three bytes: what, and a number.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ring.h"
#include "invariant.h"

using sls::Ring;

namespace {

constexpr std::size_t kMaxOperations = 2000;

struct Message {
  std::size_t bytes;
  std::byte fill;
};

bool holds(std::span<const std::byte> message, const Message& expected) {
  return message.size() == expected.bytes &&
         std::all_of(message.begin(), message.end(), [&](std::byte b) { return b == expected.fill; });
}

class Checker {
 public:
  explicit Checker(std::size_t ringBytes)
      : ring_(ringBytes), kept_(std::max<std::size_t>(16, ringBytes / Ring::kMaxMessageBytes) - 1) {}

  void write(std::size_t bytes) {
    const std::span<std::byte> slot = ring_.claim();
    INVARIANT(slot.size() == Ring::kMaxMessageBytes);
    const Message message{std::min(bytes, slot.size()), static_cast<std::byte>(all_.size() * 31 + 7)};
    std::fill_n(slot.begin(), message.bytes, message.fill);
    ring_.commit(message.bytes);
    all_.push_back(message);
  }

  // A publisher that had nothing to say, or was cut off: everything that can be read stays whole.
  void abandon() {
    const std::span<std::byte> slot = ring_.claim();
    std::fill(slot.begin(), slot.end(), std::byte{0xEE});
  }

  void check(std::uint64_t number) const {
    INVARIANT(ring_.head() == all_.size());
    const std::uint64_t oldest = all_.size() > kept_ ? all_.size() - kept_ : 0;
    INVARIANT(ring_.oldest() == oldest);
    const auto message = ring_.read(number);
    INVARIANT(message.has_value() == (number >= oldest && number < all_.size()));
    if (message) INVARIANT(holds(*message, all_[number]));
    std::size_t backlog = 0;
    for (std::size_t n = std::max(number, oldest); n < all_.size(); ++n) backlog += all_[n].bytes;
    INVARIANT(ring_.backlogBytes(number) == backlog);
  }

  std::uint64_t near(unsigned offset) const { return all_.size() + 1 - std::min<std::size_t>(all_.size() + 1, offset); }

 private:
  Ring ring_;
  const std::size_t kept_;
  std::vector<Message> all_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sls::fuzz::Input input(data, size);
  Checker checker(input.word());
  for (std::size_t i = 0; i < kMaxOperations && !input.isEmpty(); ++i) {
    const std::uint8_t what = input.byte() % 4;
    const std::uint16_t number = input.word();
    if (what < 2) checker.write(what == 0 ? number % 2000 : number % 16);
    if (what == 2) checker.abandon();
    checker.check(what == 3 ? checker.near(number) : checker.near(number % 20));
  }
  return 0;
}
