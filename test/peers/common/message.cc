#include "common/message.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace peers {
namespace {

constexpr std::size_t kTsPacketBytes = 188;
constexpr std::array<std::uint8_t, 4> kNullPacketHeader = {0x47, 0x1f, 0xff, 0x10};
constexpr std::uint32_t kMagic = 0x31544d53;
constexpr std::size_t kMagicAt = 4;
constexpr std::size_t kSessionAt = 8;
constexpr std::size_t kSequenceAt = 12;
constexpr std::size_t kSentAt = 20;
constexpr std::size_t kLengthAt = 28;
constexpr std::size_t kChecksumAt = 32;
constexpr std::size_t kHeaderEnd = 40;
static_assert(kHeaderEnd <= kLeastMessageBytes);

template <typename T>
void put(std::span<std::uint8_t> bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

template <typename T>
T get(std::span<const std::uint8_t> bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::uint64_t fnv1a(std::uint64_t hash, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3ULL;
  return hash;
}

std::uint64_t checksumOf(std::span<const std::uint8_t> message) {
  const std::uint64_t head = fnv1a(0xcbf29ce484222325ULL, message.first(kChecksumAt));
  return fnv1a(head, message.subspan(kHeaderEnd));
}

void fill(std::span<std::uint8_t> bytes, std::uint64_t sequence) {
  std::uint64_t state = sequence * 0x9e3779b97f4a7c15ULL + 1;
  for (std::uint8_t& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<std::uint8_t>(state >> 32);
  }
}

void stampTsHeaders(std::span<std::uint8_t> message) {
  for (std::size_t at = 0; at < message.size(); at += kTsPacketBytes) {
    const std::size_t room = std::min(kNullPacketHeader.size(), message.size() - at);
    std::memcpy(message.data() + at, kNullPacketHeader.data(), room);
  }
}

}  // namespace

void writeMessage(const MessageHeader& header, std::size_t bytes, std::vector<std::uint8_t>& out) {
  out.resize(bytes);
  const std::span<std::uint8_t> message(out);
  fill(message.subspan(kHeaderEnd), header.sequence);
  stampTsHeaders(message);
  put(message, kMagicAt, kMagic);
  put(message, kSessionAt, header.session);
  put(message, kSequenceAt, header.sequence);
  put(message, kSentAt, header.sentAtUs);
  put(message, kLengthAt, static_cast<std::uint32_t>(bytes));
  put(message, kChecksumAt, checksumOf(message));
}

std::optional<MessageHeader> peekMessage(std::span<const std::uint8_t> message) {
  if (message.size() < kLeastMessageBytes || get<std::uint32_t>(message, kMagicAt) != kMagic) return std::nullopt;
  return MessageHeader{get<std::uint32_t>(message, kSessionAt), get<std::uint64_t>(message, kSequenceAt),
                       get<std::int64_t>(message, kSentAt)};
}

std::optional<MessageHeader> readMessage(std::span<const std::uint8_t> message) {
  const std::optional<MessageHeader> header = peekMessage(message);
  if (!header || get<std::uint32_t>(message, kLengthAt) != message.size()) return std::nullopt;
  if (get<std::uint64_t>(message, kChecksumAt) != checksumOf(message)) return std::nullopt;
  return header;
}

}  // namespace peers
