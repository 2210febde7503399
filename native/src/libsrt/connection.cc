#include "libsrt/connection.h"

#include <algorithm>
#include <utility>

namespace sls::libsrt {
namespace {

// libsrt counts each packet with its SRT, UDP and IPv4 headers (docs/API/statistics.md).
constexpr std::uint64_t kHeaderBytes = 16 + 28;

std::uint64_t positive(std::int64_t value) { return value > 0 ? static_cast<std::uint64_t>(value) : 0; }

// libsrt has no counter for them: what arrived and was neither new nor too late nor unreadable.
std::uint64_t duplicates(const SRT_TRACEBSTATS& c) {
  return positive(c.pktRecvTotal - c.pktRecvUniqueTotal - c.pktRcvBelated - c.pktRcvUndecryptTotal);
}

}  // namespace

Connection::Connection(Accepted accepted, MonoMs nowMs)
    : Session(std::move(accepted.identity), std::move(accepted.policy), nowMs),
      booking(std::move(accepted.booking)),
      socket_(std::move(accepted.socket)),
      maxMessageBytes_(accepted.maxMessageBytes) {}

SendResult Connection::send(std::span<const std::byte> message) {
  if (message.size() > maxMessageBytes_) return SendResult::Refused;
  SRT_MSGCTRL control = srt_msgctrl_default;
  const auto* data = reinterpret_cast<const char*>(message.data());
  if (srt_sendmsg2(socket_.id(), data, static_cast<int>(message.size()), &control) != SRT_ERROR) {
    return SendResult::Sent;
  }
  return srt_getlasterror(nullptr) == SRT_EASYNCSND ? SendResult::Blocked : SendResult::Refused;
}

int Connection::receive(std::span<std::byte> slot) {
  SRT_MSGCTRL control = srt_msgctrl_default;
  const int bytes =
      srt_recvmsg2(socket_.id(), reinterpret_cast<char*>(slot.data()), static_cast<int>(slot.size()), &control);
  if (bytes > 0) {
    ++counters.packets;
    counters.bytes += static_cast<std::uint64_t>(bytes);
    return bytes;
  }
  return srt_getlasterror(nullptr) == SRT_EASYNCRCV ? 0 : -1;
}

void Connection::refresh(MonoMs nowMs) {
  if (srt_bistats(socket_.id(), &counters_, 0, 1) == SRT_ERROR) return;
  const bool isPublisher = identity().role == Role::Publish;
  const std::uint64_t packets = isPublisher ? positive(counters_.pktRecvUniqueTotal) : counters.packets;
  if (packets != lastPackets_) {
    lastPackets_ = packets;
    lastArrivalMs = nowMs;
    counters.lastDataWallMs = wallNowMs();
  }
  rate.sample(nowMs, isPublisher ? arrivedBytes() : counters.bytes);
}

std::uint64_t Connection::arrivedBytes() const {
  const std::uint64_t headers = positive(counters_.pktRecvUniqueTotal) * kHeaderBytes;
  return counters_.byteRecvUniqueTotal > headers ? counters_.byteRecvUniqueTotal - headers : 0;
}

ConnectionStats Connection::stats() const {
  const bool isPublisher = identity().role == Role::Publish;
  const SRT_TRACEBSTATS& c = counters_;
  ConnectionStats s;
  s.identity = sharedIdentity();
  s.connectedAtMs = connectedAtWallMs;
  s.sampledAtMs = wallNowMs();
  s.lastDataAtMs = counters.lastDataWallMs;
  s.rttMs = c.msRTT;
  s.rateKbps = rate.kbps();
  s.bandwidthMbps = c.mbpsBandwidth;
  s.bufferMs = std::max(0, isPublisher ? c.msRcvBuf : c.msSndBuf);
  s.bytes = isPublisher ? arrivedBytes() : counters.bytes;
  s.packets = isPublisher ? positive(c.pktRecvUniqueTotal) : counters.packets;
  s.wireBytes = isPublisher ? c.byteRecvTotal : c.byteSentTotal;
  s.packetsLost = positive(isPublisher ? c.pktRcvLossTotal : c.pktSndLossTotal);
  s.bytesLost = isPublisher ? c.byteRcvLossTotal : 0;  // libsrt has no such counter for a sender.
  s.packetsDropped = positive(isPublisher ? c.pktRcvDropTotal : c.pktSndDropTotal) + counters.packetsRefused;
  s.bytesDropped = isPublisher ? c.byteRcvDropTotal : c.byteSndDropTotal;
  // Never cleared by us, so the "interval" counter of a receiver is its total.
  s.packetsRetransmitted = positive(isPublisher ? c.pktRcvRetrans : c.pktRetransTotal);
  s.packetsBelated = isPublisher ? positive(c.pktRcvBelated) : 0;
  s.packetsDuplicate = isPublisher ? duplicates(c) : 0;
  s.packetsUndecrypted = isPublisher ? positive(c.pktRcvUndecryptTotal) : 0;
  s.ringOverruns = counters.ringOverruns;
  return s;
}

}  // namespace sls::libsrt
