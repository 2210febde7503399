#include "direct/shard/connection.h"

#include <algorithm>
#include <array>

namespace sls::direct {

void Connection::sendControl(Egress& egress, ControlHeader header, Bytes body, MonoUs nowUs) {
  // libsrt never sends a control packet without a body, and some peers insist on one.
  constexpr std::size_t kLeastBodyBytes = 4;
  std::array<std::byte, 1472> packet;
  header.timestampUs = static_cast<std::uint32_t>(nowUs - startUs);
  header.socketId = peerSocketId;
  write(packet.data(), header);
  const std::size_t size = std::min(body.size(), packet.size() - kHeaderBytes);
  std::copy_n(body.begin(), size, packet.begin() + kHeaderBytes);
  const std::size_t padded = std::max(size, kLeastBodyBytes);
  std::fill(packet.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes + size),
            packet.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes + padded), std::byte{0});
  egress.addCopy(target, Bytes(packet).first(kHeaderBytes + padded));
  lastSentUs = nowUs;
}

}  // namespace sls::direct
