#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace peers {

/// The least that holds a TS packet header and ours.
inline constexpr std::size_t kLeastMessageBytes = 44;
/// What an SRT live message can hold with an MTU of 1500.
inline constexpr std::size_t kMostMessageBytes = 1456;

/// What a test message says of itself.
struct MessageHeader {
  /// Chosen at random by each run of a publisher; a new one starts a new count.
  std::uint32_t session = 0;
  std::uint64_t sequence = 0;
  /// On the clock that publisher and player agreed on.
  std::int64_t sentAtUs = 0;
};

/**
 * Writes a message of `bytes` into `out`: a null-packet TS header at each multiple of 188, our header in the
 * first packet, then filler that follows from the sequence number. Layout after the first TS header, in host
 * byte order: magic 4, session 4, sequence 8, sent 8, length 4, checksum 8 (FNV-1a 64 of all other bytes).
 */
void writeMessage(const MessageHeader& header, std::size_t bytes, std::vector<std::uint8_t>& out);

/// Only what is bit-exact and as long as it says; anything else is nullopt.
std::optional<MessageHeader> readMessage(std::span<const std::uint8_t> message);

/// Trusts the checksum: for load players, which must cost little. Nullopt when it is not one of our messages.
std::optional<MessageHeader> peekMessage(std::span<const std::uint8_t> message);

}  // namespace peers
