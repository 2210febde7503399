#include "load/paced_publisher.h"

#include "common/clock.h"
#include "common/message.h"

namespace peers {
namespace {

// A relay that takes nothing more must not hold the thread.
constexpr int kSendTimeoutMs = 500;

SrtSocket connectedSocket(const LoadOptions& options) {
  SrtSocket socket;
  setLiveOptions(socket, options.latencyMs);
  socket.set(SRTO_SNDTIMEO, kSendTimeoutMs);
  socket.setText(SRTO_STREAMID, options.publisherId);
  if (!options.passphrase.empty()) {
    socket.set(SRTO_PBKEYLEN, options.keyBytes);
    socket.setText(SRTO_PASSPHRASE, options.passphrase);
  }
  const sockaddr_in address = ipv4Address(options.host, options.publisherPort);
  if (srt_connect(socket.id(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == SRT_ERROR) {
    throw PublisherRefused("publisher refused: " + std::to_string(srt_getrejectreason(socket.id())) + " " +
                           lastSrtError());
  }
  return socket;
}

}  // namespace

PacedPublisher::PacedPublisher(const LoadOptions& options)
    : socket_(connectedSocket(options)), thread_([this, mbps = options.mbps] { run(mbps); }) {}

PacedPublisher::~PacedPublisher() {
  stop_ = true;
  thread_.join();
}

void PacedPublisher::run(double mbps) {
  const double intervalUs = kMessageBytes * 8 / mbps;
  const std::int64_t startUs = monotonicUs();
  std::vector<std::uint8_t> message;
  while (!stop_) {
    sleepUntilUs(startUs + static_cast<std::int64_t>(static_cast<double>(sent_) * intervalUs));
    writeMessage({1, sent_, realtimeUs()}, kMessageBytes, message);
    if (srt_sendmsg(socket_.id(), reinterpret_cast<const char*>(message.data()), kMessageBytes, -1, 1) == SRT_ERROR) {
      if (srt_getlasterror(nullptr) == SRT_EASYNCSND || srt_getlasterror(nullptr) == SRT_ETIMEOUT) continue;
      broken_ = true;
      return;
    }
    sent_++;
  }
}

}  // namespace peers
