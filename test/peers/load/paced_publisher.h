#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <thread>

#include "common/srt_socket.h"
#include "load/options.h"

namespace peers {

/// The relay did not take the publisher; the text holds the reject code.
class PublisherRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A libsrt publisher on a thread of its own: 1316-byte messages, evenly spaced, stamped with realtimeUs().
class PacedPublisher {
 public:
  static constexpr std::size_t kMessageBytes = 1316;

  /// Connects. Throws PublisherRefused.
  explicit PacedPublisher(const LoadOptions& options);
  ~PacedPublisher();
  PacedPublisher(const PacedPublisher&) = delete;
  PacedPublisher& operator=(const PacedPublisher&) = delete;

  /// Messages sent so far; the next has this sequence number.
  std::uint64_t sent() const { return sent_; }
  bool broken() const { return broken_; }

 private:
  void run(double mbps);

  SrtSocket socket_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> broken_{false};
  std::atomic<std::uint64_t> sent_{0};
  std::thread thread_;
};

}  // namespace peers
