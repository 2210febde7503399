#include "direct/wire/handshake.h"

#include <algorithm>
#include <utility>

#include "direct/wire/sequence.h"

namespace sls::direct {
namespace {

constexpr std::size_t kWordBytes = 4;
constexpr std::size_t kHelloBytes = 3 * kWordBytes;
constexpr std::size_t kMaxTextBytes = 512;
constexpr std::size_t kMaxExtensionBytes = 0xFFFF * kWordBytes;
constexpr std::size_t kPeerAddressOffset = 32;

constexpr std::size_t wholeWords(std::size_t bytes) { return (bytes + kWordBytes - 1) / kWordBytes * kWordBytes; }

// The place of a text's byte on the wire, and back.
constexpr std::size_t swappedInWord(std::size_t index) { return index ^ (kWordBytes - 1); }

std::optional<std::string> readText(Bytes content) {
  if (content.size() > kMaxTextBytes) return std::nullopt;
  std::string text(content.size(), '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = std::to_integer<char>(content[swappedInWord(i)]);
  text.resize(text.find_last_not_of('\0') + 1);
  return text;
}

std::optional<Hello> readHello(Bytes content) {
  if (content.size() < kHelloBytes) return std::nullopt;
  const std::uint32_t latencies = readWord(content.data() + 8);
  return Hello{
      .version = readWord(content.data()),
      .flags = readWord(content.data() + 4),
      .receiverLatencyMs = static_cast<std::uint16_t>(latencies >> 16),
      .senderLatencyMs = static_cast<std::uint16_t>(latencies),
  };
}

// False: a size that the type cannot have.
bool readExtension(Extensions& extensions, ExtensionType type, Bytes content) {
  switch (type) {
    case ExtensionType::HelloRequest:
    case ExtensionType::HelloResponse: return (extensions.hello = readHello(content)).has_value();
    case ExtensionType::KeyMaterialRequest:
    case ExtensionType::KeyMaterialResponse: extensions.keyMaterial = content; return true;
    case ExtensionType::StreamId:
    case ExtensionType::Congestion: {
      auto text = readText(content);
      if (!text) return false;
      (type == ExtensionType::StreamId ? extensions.streamId : extensions.congestion) = std::move(*text);
      return true;
    }
    case ExtensionType::Filter: extensions.hasFilter = true; return true;
    case ExtensionType::Group: extensions.hasGroup = true; return true;
  }
  return true;
}

}  // namespace

std::optional<Handshake> parseHandshake(Bytes body) {
  if (body.size() < kHandshakeBytes) return std::nullopt;
  const std::byte* at = body.data();
  const std::uint32_t fields = readWord(at + 4);
  Handshake handshake{
      .version = readWord(at),
      .encryption = static_cast<std::uint16_t>(fields >> 16),
      .extension = static_cast<std::uint16_t>(fields),
      .initialSeq = readWord(at + 8) & kSeqMask,
      .mtuBytes = readWord(at + 12),
      .flowWindowPackets = readWord(at + 16),
      .type = readWord(at + 20),
      .socketId = readWord(at + 24),
      .cookie = readWord(at + 28),
  };
  std::copy_n(at + kPeerAddressOffset, handshake.peerAddress.size(), handshake.peerAddress.begin());
  return handshake;
}

std::optional<Extensions> parseExtensions(Bytes body) {
  if (body.size() < kHandshakeBytes) return std::nullopt;
  Extensions extensions;
  Bytes rest = body.subspan(kHandshakeBytes);
  while (!rest.empty()) {
    if (rest.size() < kWordBytes) return std::nullopt;
    const std::uint32_t head = readWord(rest.data());
    const std::size_t contentBytes = (head & 0xFFFF) * kWordBytes;
    rest = rest.subspan(kWordBytes);
    if (rest.size() < contentBytes) return std::nullopt;
    if (!readExtension(extensions, static_cast<ExtensionType>(head >> 16), rest.first(contentBytes))) {
      return std::nullopt;
    }
    rest = rest.subspan(contentBytes);
  }
  return extensions;
}

HandshakeWriter::HandshakeWriter(MutableBytes out, const ControlHeader& header, const Handshake& handshake)
    : out_(out), size_(kHeaderBytes + kHandshakeBytes) {
  write(out_.data(), header);
  std::byte* to = out_.data() + kHeaderBytes;
  writeWord(to, handshake.version);
  writeWord(to + 4, static_cast<std::uint32_t>(handshake.encryption) << 16 | handshake.extension);
  writeWord(to + 8, handshake.initialSeq & kSeqMask);
  writeWord(to + 12, handshake.mtuBytes);
  writeWord(to + 16, handshake.flowWindowPackets);
  writeWord(to + 20, handshake.type);
  writeWord(to + 24, handshake.socketId);
  writeWord(to + 28, handshake.cookie);
  std::copy(handshake.peerAddress.begin(), handshake.peerAddress.end(), to + kPeerAddressOffset);
}

std::byte* HandshakeWriter::addExtension(ExtensionType type, std::size_t contentBytes) {
  const std::size_t paddedBytes = wholeWords(contentBytes);
  if (paddedBytes > kMaxExtensionBytes || out_.size() - size_ < kWordBytes + paddedBytes) return nullptr;
  std::byte* to = out_.data() + size_;
  writeWord(to, static_cast<std::uint32_t>(type) << 16 | static_cast<std::uint32_t>(paddedBytes / kWordBytes));
  to += kWordBytes;
  std::fill_n(to, paddedBytes, std::byte{0});
  size_ += kWordBytes + paddedBytes;
  return to;
}

bool HandshakeWriter::addHello(ExtensionType type, const Hello& hello) {
  std::byte* to = addExtension(type, kHelloBytes);
  if (to == nullptr) return false;
  writeWord(to, hello.version);
  writeWord(to + 4, hello.flags);
  writeWord(to + 8, static_cast<std::uint32_t>(hello.receiverLatencyMs) << 16 | hello.senderLatencyMs);
  return true;
}

bool HandshakeWriter::addBytes(ExtensionType type, Bytes content) {
  std::byte* to = addExtension(type, content.size());
  if (to == nullptr) return false;
  std::copy(content.begin(), content.end(), to);
  return true;
}

bool HandshakeWriter::addText(ExtensionType type, std::string_view text) {
  std::byte* to = addExtension(type, text.size());
  if (to == nullptr) return false;
  for (std::size_t i = 0; i < text.size(); ++i) to[swappedInWord(i)] = static_cast<std::byte>(text[i]);
  return true;
}

}  // namespace sls::direct
