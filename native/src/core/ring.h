// The last messages of one stream, by number. One thread only; readers hold a cursor of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sls {

// Fixed slots: a message never straddles, and its boundaries survive. The memory is touched as it fills.
class Ring {
 public:
  // The largest SRT live payload on a 1500-byte MTU (libsrt docs/API/API-socket-options.md, SRTO_PAYLOADSIZE).
  static constexpr std::size_t kMaxMessageBytes = 1456;

  explicit Ring(std::size_t ringBytes);

  // Where the next message goes; the oldest one is forgotten here if the ring is full.
  std::span<std::byte> claim();
  void commit(std::size_t bytes);

  std::uint64_t head() const { return head_; }
  std::uint64_t oldest() const { return head_ < slotCount() ? 0 : head_ - slotCount() + 1; }
  // Empty: overwritten already (the reader was lapped) or not there yet.
  std::optional<std::span<const std::byte>> read(std::uint64_t number) const;
  // The oldest message from which on there is at most so much payload.
  std::uint64_t numberBack(std::uint64_t bytes) const;
  // Payload between a cursor and the head; a lapped cursor counts from the oldest message.
  std::uint64_t backlogBytes(std::uint64_t cursor) const;

 private:
  std::size_t slotCount() const { return ends_.size(); }
  std::size_t slotOf(std::uint64_t number) const { return static_cast<std::size_t>(number % slotCount()); }

  std::unique_ptr<std::byte[]> bytes_;
  std::vector<std::uint16_t> sizes_;
  std::vector<std::uint64_t> ends_;  // Payload bytes ever committed up to and including the slot's message.
  std::uint64_t head_ = 0;
  std::uint64_t totalBytes_ = 0;
};

}  // namespace sls
