// One end of an SRT connection over a real socket: calls, keeps itself alive, hands on what it is sent.
// Everything happens in step(), on the test's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/socket_address.h"
#include "direct/caller/caller.h"
#include "direct/io/ingress.h"
#include "direct/io/udp_socket.h"
#include "direct/wire/sequence.h"

namespace sls::test {

using namespace sls::direct;

struct PeerOptions {
  std::string streamId;
  std::string passphrase = {};
  std::size_t keyBytes = 16;
  int latencyMs = 3000;  // Long enough for a machine that stands still for a second.
  std::uint32_t initialSeq = 1000;
  std::uint32_t flowWindowPackets = 8192;
  std::int64_t firstTimestampUs = 0;
};

class LoopbackPeer {
 public:
  LoopbackPeer(int port, const PeerOptions& options);
  virtual ~LoopbackPeer() = default;
  LoopbackPeer(const LoopbackPeer&) = delete;
  LoopbackPeer& operator=(const LoopbackPeer&) = delete;

  // Reads what has come, and does what is due. A call that timed out is made anew.
  void step(Ingress& ingress, MonoUs nowUs);
  int fd() const { return socket_.fd(); }

  // The relay has let us in; also when it has said goodbye meanwhile.
  bool wasConnected() const { return caller_->state() == Caller::State::Connected; }
  bool isConnected() const { return wasConnected() && !isShutDown_ && !hasLeft_; }
  // The relay has said goodbye.
  bool isShutDown() const { return isShutDown_; }
  bool isRefused() const { return caller_->state() == Caller::State::Refused; }
  int rejectCode() const { return caller_->rejectCode(); }
  const Settled& settled() const { return caller_->settled(); }
  // 'address:port', as the relay sees us.
  std::string address() const;
  // Where it stands, for the log of a test that failed.
  std::string description() const;
  // '' as long as nothing was wrong.
  const std::string& fault() const { return fault_; }

  // Says goodbye, and nothing after it.
  void leave();
  // Neither reads nor says anything from now on.
  void die() { hasLeft_ = true; }
  // Sends a packet as it is, to the relay.
  void sendRaw(Bytes packet) const;

 protected:
  virtual std::string progress() const = 0;
  virtual void onConnected(const Caller& caller) = 0;
  virtual void onData(const DataHeader& header, Bytes payload, MonoUs nowUs) = 0;
  virtual void onControl(const ControlHeader& header, Bytes body, MonoUs nowUs) = 0;
  // At the end of each step() while connected; `isTick`: every 10 ms.
  virtual void onStep(bool isTick, MonoUs nowUs) = 0;

  void sendControl(ControlHeader header, Bytes body, MonoUs nowUs);
  void fail(const std::string& what) {
    if (fault_.empty()) fault_ = what;
  }
  std::uint32_t timestampAt(MonoUs nowUs) const {
    return static_cast<std::uint32_t>(nowUs - caller_->options().startUs);
  }

 private:
  void call(MonoUs nowUs);
  void onDatagram(Bytes packet, MonoUs nowUs);

  const PeerOptions options_;
  UdpSocket socket_;
  SocketAddress relay_;
  std::optional<Caller> caller_;
  bool isShutDown_ = false;
  bool hasLeft_ = false;
  MonoUs nextTickUs_ = 0;
  MonoUs lastSentUs_ = 0;
  std::string fault_;
};

}  // namespace sls::test
