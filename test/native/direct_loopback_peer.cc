#include "direct_loopback_peer.h"

#include <algorithm>
#include <array>
#include <vector>

namespace sls::test {
namespace {

constexpr MonoUs kTickUs = 10'000;
constexpr MonoUs kKeepaliveUs = 1'000'000;

std::uint32_t randomSocketId() {
  std::array<std::byte, 4> bytes;
  fillRandom(bytes);
  return readWord(bytes.data()) | 1U;
}

}  // namespace

LoopbackPeer::LoopbackPeer(int port, const PeerOptions& options)
    : options_(options),
      socket_(UdpSocket::bound("127.0.0.1", 0, false)),
      relay_(SocketAddress::parse("127.0.0.1", port)) {
  call(monoNowUs());
}

void LoopbackPeer::call(MonoUs nowUs) {
  CallerOptions options;
  options.socketId = randomSocketId();
  options.initialSeq = options_.initialSeq;
  options.startUs = nowUs - options_.firstTimestampUs;
  options.streamId = options_.streamId;
  options.receiveLatencyMs = options_.latencyMs;
  options.sendLatencyMs = options_.latencyMs;
  options.passphrase = options_.passphrase;
  options.keyBytes = options_.keyBytes;
  options.flowWindowPackets = options_.flowWindowPackets;
  caller_.emplace(std::move(options), nowUs);
}

std::string LoopbackPeer::address() const {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  // Cast: what the socket API takes.
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  return getsockname(socket_.fd(), raw, &size) == 0 ? SocketAddress(raw).text() : "";
}

std::string LoopbackPeer::description() const {
  std::string text = options_.streamId + " from " + address();
  if (isRefused()) text += ", refused with " + std::to_string(rejectCode());
  text += wasConnected() ? ", connected" : ", calling";
  if (isShutDown_) text += ", shut down";
  if (hasLeft_) text += ", left";
  return text + ", " + progress() + (fault_.empty() ? "" : ", " + fault_);
}

void LoopbackPeer::step(Ingress& ingress, MonoUs nowUs) {
  if (hasLeft_) return;
  ingress.read(socket_.fd(), [&](const SocketAddress& from, Bytes packet) {
    if (from == relay_) onDatagram(packet, nowUs);
  });
  if (isRefused() && rejectCode() == Caller::kTimeoutCode) call(nowUs);
  const Bytes packet = caller_->due(nowUs);
  if (!packet.empty()) sendRaw(packet);
  if (!isConnected()) return;
  const bool isTick = nowUs >= nextTickUs_;
  if (isTick) nextTickUs_ = nowUs + kTickUs;
  onStep(isTick, nowUs);
  if (nowUs - lastSentUs_ >= kKeepaliveUs) sendControl({.type = ControlType::Keepalive}, {}, nowUs);
}

void LoopbackPeer::onDatagram(Bytes packet, MonoUs nowUs) {
  if (!wasConnected()) {
    caller_->onDatagram(packet, nowUs);
    if (wasConnected()) onConnected(*caller_);
    return;
  }
  if (packet.size() < kHeaderBytes || isShutDown_) return;
  // Of a call before this one, or a forgery.
  if (socketIdOf(packet.data()) != caller_->options().socketId) return;
  const Bytes body = packet.subspan(kHeaderBytes);
  if (!isControl(packet.data())) return onData(readDataHeader(packet.data()), body, nowUs);
  const ControlHeader header = readControlHeader(packet.data());
  if (header.type == ControlType::Shutdown) isShutDown_ = true;
  onControl(header, body, nowUs);
}

void LoopbackPeer::leave() {
  if (isConnected()) sendControl({.type = ControlType::Shutdown}, {}, monoNowUs());
  hasLeft_ = true;
}

void LoopbackPeer::sendRaw(Bytes packet) const {
  // What does not fit into the socket is lost, as on any network.
  sendto(socket_.fd(), packet.data(), packet.size(), 0, relay_.get(), relay_.size());
}

void LoopbackPeer::sendControl(ControlHeader header, Bytes body, MonoUs nowUs) {
  constexpr std::size_t kLeastBodyBytes = 4;
  header.timestampUs = timestampAt(nowUs);
  header.socketId = settled().peerSocketId;
  std::vector<std::byte> packet(kHeaderBytes + std::max(body.size(), kLeastBodyBytes));
  write(packet.data(), header);
  std::copy(body.begin(), body.end(), packet.begin() + kHeaderBytes);
  sendRaw(packet);
  lastSentUs_ = nowUs;
}

}  // namespace sls::test
