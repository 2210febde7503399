// Publishers that are gone while their latency still holds packets back: read until that time is over.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/stream.h"
#include "libsrt/connection.h"

namespace sls::libsrt {

class Draining {
 public:
  void add(std::unique_ptr<Connection> connection, Stream& stream, MonoMs nowMs) {
    const MonoMs untilMs = nowMs + connection->identity().latencyMs + kSlackMs;
    entries_.push_back({std::move(connection), &stream, untilMs});
  }

  // Appends the streams that got a message.
  void poll(MonoMs nowMs, std::vector<Stream*>& touched) {
    std::erase_if(entries_, [&](Entry& entry) { return !pollOne(entry, nowMs, touched); });
  }

  // The stream has a publisher again, or is about to be destroyed: what is held back will not be needed.
  void dropOf(const Stream& stream) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.stream == &stream; });
  }
  bool has(const Stream& stream) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.stream == &stream; });
  }
  bool isEmpty() const { return entries_.empty(); }
  void clear() { entries_.clear(); }

 private:
  static constexpr MonoMs kSlackMs = 50;
  // A few ring slots at a time, so that players can follow.
  static constexpr int kMaxReadsPerPoll = 8;
  struct Entry {
    std::unique_ptr<Connection> connection;
    Stream* stream;
    MonoMs untilMs;
  };

  static bool pollOne(Entry& entry, MonoMs nowMs, std::vector<Stream*>& touched) {
    bool isTouched = false;
    // On a broken connection libsrt answers "gone" both for "not due yet" and for "empty", so only time decides.
    for (int reads = 0; reads < kMaxReadsPerPoll; ++reads) {
      const int bytes = entry.connection->receive(entry.stream->claim());
      if (bytes <= 0) break;
      entry.stream->commit(*entry.connection, static_cast<std::size_t>(bytes));
      isTouched = true;
    }
    if (isTouched) touched.push_back(entry.stream);
    return nowMs < entry.untilMs;
  }

  std::vector<Entry> entries_;
};

}  // namespace sls::libsrt
