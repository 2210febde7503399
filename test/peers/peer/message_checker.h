#pragma once

#include <cstdint>
#include <set>
#include <span>

#include "common/json_object.h"
#include "common/percentiles.h"

namespace peers {

/// Follows the messages of one connection: whole, once, in order, none missing.
class MessageChecker {
 public:
  explicit MessageChecker(bool verify) : verify_(verify) {}

  /// Takes a message that arrived at `nowUs` (monotonicUs).
  void take(std::span<const std::uint8_t> message, std::int64_t nowUs);

  std::uint64_t messages() const { return messages_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t corrupt() const { return corrupt_; }
  std::int64_t firstAtUs() const { return firstAtUs_; }
  const Percentiles& delays() const { return delays_; }
  /// Adds the counters of another connection.
  void append(const MessageChecker& other);
  void addTo(JsonObject& object) const;

 private:
  void startSession(std::uint32_t session, std::uint64_t sequence);
  void follow(std::uint64_t sequence);

  static constexpr std::size_t kMostDelays = 1 << 18;
  static constexpr std::uint64_t kMostRemembered = 1 << 16;

  bool verify_;
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t reordered_ = 0;
  std::uint64_t corrupt_ = 0;
  std::uint64_t sessions_ = 0;
  std::uint32_t session_ = 0;
  std::uint64_t firstSequence_ = 0;
  std::uint64_t nextSequence_ = 0;
  std::int64_t firstAtUs_ = 0;
  std::set<std::uint64_t> missing_;
  Percentiles delays_{kMostDelays};
};

}  // namespace peers
