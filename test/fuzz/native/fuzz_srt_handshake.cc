// A handshake packet. What is read must survive being written, and views must stay inside the packet.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "direct/wire/handshake.h"
#include "direct/wire/sequence.h"
#include "invariant.h"

using namespace sls::direct;

namespace {

bool isSame(Bytes one, Bytes other) { return std::equal(one.begin(), one.end(), other.begin(), other.end()); }

void checkText(std::string_view text) {
  INVARIANT(text.size() <= 512);
  INVARIANT(text.empty() || text.back() != '\0');
}

void checkFixedPart(Bytes packet, const Handshake& handshake) {
  std::array<std::byte, kMaxHandshakePacketBytes> out;
  out.fill(std::byte{0xAA});
  const HandshakeWriter writer(out, readControlHeader(packet.data()), handshake);
  const Bytes written = writer.packet();
  const Bytes body = packet.subspan(kHeaderBytes);
  INVARIANT(written.size() == kHeaderBytes + kHandshakeBytes);
  INVARIANT(isSame(written.subspan(kHeaderBytes, 8), body.first(8)));
  // The first bit of the sequence number is reserved.
  INVARIANT(readWord(written.data() + kHeaderBytes + 8) == (readWord(body.data() + 8) & kSeqMask));
  INVARIANT(isSame(written.subspan(kHeaderBytes + 12), body.subspan(12, kHandshakeBytes - 12)));
}

void checkExtensions(Bytes body, const Extensions& read) {
  checkText(read.streamId);
  checkText(read.congestion);
  INVARIANT(read.keyMaterial.empty() ||
            (read.keyMaterial.data() >= body.data() + kHandshakeBytes &&
             read.keyMaterial.data() + read.keyMaterial.size() <= body.data() + body.size()));
  std::array<std::byte, kMaxHandshakePacketBytes> out;
  out.fill(std::byte{0xAA});
  HandshakeWriter writer(out, {}, {});
  bool hasRoom = true;
  if (read.hello) hasRoom &= writer.addHello(ExtensionType::HelloResponse, *read.hello);
  hasRoom &= writer.addText(ExtensionType::StreamId, read.streamId);
  hasRoom &= writer.addText(ExtensionType::Congestion, read.congestion);
  if (read.hasFilter) hasRoom &= writer.addBytes(ExtensionType::Filter, {});
  if (read.hasGroup) hasRoom &= writer.addBytes(ExtensionType::Group, {});
  // Hello and the texts always fit; key material of a datagram's size may not.
  INVARIANT(hasRoom);
  const bool isKeyMaterialIn = writer.addBytes(ExtensionType::KeyMaterialRequest, read.keyMaterial);
  INVARIANT(writer.packet().size() <= out.size());
  const auto again = parseExtensions(writer.packet().subspan(kHeaderBytes));
  INVARIANT(again);
  INVARIANT(again->hello.has_value() == read.hello.has_value());
  if (read.hello) {
    INVARIANT(again->hello->version == read.hello->version);
    INVARIANT(again->hello->flags == read.hello->flags);
    INVARIANT(again->hello->receiverLatencyMs == read.hello->receiverLatencyMs);
    INVARIANT(again->hello->senderLatencyMs == read.hello->senderLatencyMs);
  }
  INVARIANT(again->streamId == read.streamId);
  INVARIANT(again->congestion == read.congestion);
  INVARIANT(again->hasFilter == read.hasFilter);
  INVARIANT(again->hasGroup == read.hasGroup);
  INVARIANT(isSame(again->keyMaterial, isKeyMaterialIn ? read.keyMaterial : Bytes()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes packet = std::as_bytes(std::span(data, size));
  if (packet.size() < kHeaderBytes) return 0;
  const Bytes body = packet.subspan(kHeaderBytes);
  const auto handshake = parseHandshake(body);
  INVARIANT(handshake.has_value() == (body.size() >= kHandshakeBytes));
  if (handshake) checkFixedPart(packet, *handshake);
  const auto extensions = parseExtensions(body);
  if (extensions) {
    INVARIANT(handshake.has_value());
    checkExtensions(body, *extensions);
  }
  return 0;
}
