// Payloads of one stream, one behind the other: filled by its publisher's shard, read by all that send them, freed
// when the last has let go.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "direct/wire/packet.h"

namespace sls::direct {

class PacketBlock {
 public:
  static constexpr std::size_t kBytes = 64 * 1024;

  // Room for the next payload; empty = full. What was claimed before is not touched any more.
  MutableBytes claim(std::size_t bytes) {
    if (kBytes - used_ < bytes) return {};
    const MutableBytes room(memory_.get() + used_, bytes);
    used_ += bytes;
    return room;
  }

 private:
  std::unique_ptr<std::byte[]> memory_ = std::make_unique_for_overwrite<std::byte[]>(kBytes);
  std::size_t used_ = 0;
};

// Const for everybody but the publisher's shard.
using BlockPtr = std::shared_ptr<const PacketBlock>;

}  // namespace sls::direct
