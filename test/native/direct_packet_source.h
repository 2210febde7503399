// Stored packets whose payload says which one of the stream it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "direct/stream/packet_block.h"
#include "direct/stream/packet_store.h"

namespace sls::direct::test {

inline constexpr std::size_t kPayloadBytes = 40;

// The text of the packet at `index`, filled up to `bytes`.
inline std::string payloadText(PacketIndex index, std::size_t bytes = kPayloadBytes) {
  std::string text = "packet " + std::to_string(index) + ' ';
  text.resize(bytes, '.');
  return text;
}

inline std::string textOf(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

class PacketSource {
 public:
  struct Made {
    StoredPacket packet;
    BlockPtr block;
  };

  // A block holds `packetsPerBlock` of them, or as many as fit.
  explicit PacketSource(std::size_t packetsPerBlock = SIZE_MAX) : packetsPerBlock_(packetsPerBlock) {}

  Made make(PacketIndex index, MonoUs originUs, std::size_t bytes = kPayloadBytes, bool isRetransmitted = false) {
    if (inBlock_ == packetsPerBlock_) block_ = nullptr;
    MutableBytes room = block_ ? block_->claim(bytes) : MutableBytes{};
    if (room.empty()) {
      block_ = std::make_shared<PacketBlock>();
      inBlock_ = 0;
      room = block_->claim(bytes);
    }
    ++inBlock_;
    const std::string text = payloadText(index, bytes);
    std::ranges::copy(std::as_bytes(std::span(text)), room.begin());
    return {{.payload = room.data(),
             .bytes = static_cast<std::uint16_t>(bytes),
             .isRetransmitted = isRetransmitted,
             .originUs = originUs},
            block_};
  }
  // The next packet gets a block of its own.
  void endBlock() { block_ = nullptr; }

 private:
  std::size_t packetsPerBlock_;
  std::size_t inBlock_ = 0;
  std::shared_ptr<PacketBlock> block_;
};

}  // namespace sls::direct::test
