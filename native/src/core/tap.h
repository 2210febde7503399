// A reader of one stream outside SRT: the engine's end of a socket pair, and its part in the totals.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/descriptor.h"
#include "core/tap_writer.h"

namespace sls {

// Of all taps of an engine, the closed ones too. Any thread.
struct TapTotals {
  std::atomic<int> open{0};
  std::atomic<std::uint64_t> bytes{0};    // Handed to readers.
  std::atomic<std::uint64_t> dropped{0};  // Messages that a reader was too slow for.
};

class Tap {
 public:
  // `totals` outlives it and has counted it as open already.
  Tap(Descriptor socket, TapTotals& totals) : writer_(std::move(socket)), totals_(totals) {}
  ~Tap() { --totals_.open; }
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  // As TapWriter::write().
  std::size_t write(std::span<const TapMessage> messages);
  bool isOpen() { return writer_.isOpen(); }
  void countDropped(std::uint64_t messages) { totals_.dropped += messages; }

  static constexpr int kMaxOpen = 64;

 private:
  TapWriter writer_;
  TapTotals& totals_;  // Passed by argument.
};

using TapPtr = std::unique_ptr<Tap>;

struct OpenedTap {
  TapPtr tap;
  Descriptor reader;  // Its other end.
};

// Throws EngineError TAP_LIMIT: kMaxOpen are open, or the system has no descriptor left.
OpenedTap openTap(TapTotals& totals);

}  // namespace sls
