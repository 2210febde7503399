#include "direct/io/egress.h"

#include <netinet/udp.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sls::direct {
namespace {

// How long a full socket buffer may hold a shard up, and how often in one flush. What then still does not fit is lost,
// as on any network.
constexpr int kRoomMs = 2;
constexpr int kMostWaits = 5;
// Messages in one call of sendmmsg.
constexpr std::size_t kMaxCall = 256;

}  // namespace

Egress::Egress(UdpSend mode, Outbox& outbox)
    : mode_(mode), outbox_(outbox), scratch_(std::make_unique_for_overwrite<std::byte[]>(kScratchBytes)) {
  // The kernel is given their addresses, so they never move.
  headers_.resize(kPackets);
  vectors_.reserve(2 * kPackets);
  vectorCounts_.reserve(kPackets);
  trains_.reserve(kPackets);
  messages_.resize(kPackets);
  controls_.resize(kPackets);
}

void Egress::add(Target& target, const DataHeader& header, Bytes payload) {
  if (packets_ == kPackets) flush();
  std::byte* head = headers_[packets_].data();
  write(head, header);
  vectors_.push_back({head, kHeaderBytes});
  // The kernel only reads it.
  vectors_.push_back({const_cast<std::byte*>(payload.data()), payload.size()});
  append(target, 2, kHeaderBytes + payload.size());
}

void Egress::addCopy(Target& target, Bytes packet) {
  if (packets_ == kPackets) flush();
  const MutableBytes room = scratch(packet.size());
  std::memcpy(room.data(), packet.data(), packet.size());
  vectors_.push_back({room.data(), room.size()});
  append(target, 1, packet.size());
}

MutableBytes Egress::scratch(std::size_t bytes) {
  if (packets_ == kPackets || scratchUsed_ + bytes > kScratchBytes) flush();
  const MutableBytes room(scratch_.get() + scratchUsed_, bytes);
  scratchUsed_ += bytes;
  return room;
}

bool Egress::fits(const Target& target, std::size_t bytes) const {
  if (mode_ != UdpSend::Segment || trains_.empty()) return false;
  const Train& train = trains_.back();
  return train.target == &target && target.canSegment && !train.isClosed && train.packetCount < kTrainPackets &&
         bytes <= train.packetBytes;
}

void Egress::append(Target& target, std::size_t vectorCount, std::size_t bytes) {
  const std::size_t packet = packets_++;
  vectorCounts_.push_back(static_cast<std::uint8_t>(vectorCount));
  if (!fits(target, bytes)) {
    trains_.push_back({&target, vectors_.size() - vectorCount, vectorCount, packet, 1, bytes, false});
    return;
  }
  Train& train = trains_.back();
  train.vectorCount += vectorCount;
  ++train.packetCount;
  train.isClosed = bytes < train.packetBytes;
}

void Egress::flush() {
  if (!trains_.empty()) sendAll();
  trains_.clear();
  vectors_.clear();
  vectorCounts_.clear();
  packets_ = 0;
  scratchUsed_ = 0;
}

void Egress::prepare(std::size_t index) {
  const Train& train = trains_[index];
  msghdr& header = messages_[index].msg_hdr;
  header.msg_name = const_cast<sockaddr*>(train.target->address.get());
  header.msg_namelen = train.target->address.size();
  header.msg_iov = &vectors_[train.firstVector];
  header.msg_iovlen = train.vectorCount;
  header.msg_flags = 0;
  header.msg_control = nullptr;
  header.msg_controllen = 0;
  if (train.packetCount < 2) return;
  header.msg_control = controls_[index].bytes.data();
  header.msg_controllen = CMSG_SPACE(sizeof(std::uint16_t));
  cmsghdr* control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = IPPROTO_UDP;
  control->cmsg_type = UDP_SEGMENT;
  control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto segment = static_cast<std::uint16_t>(train.packetBytes);
  std::memcpy(CMSG_DATA(control), &segment, sizeof segment);
}

void Egress::sendAll() {
  for (std::size_t i = 0; i < trains_.size(); ++i) prepare(i);
  int waits = 0;
  for (std::size_t next = 0; next < trains_.size();) {
    const std::size_t sent = sendSome(next);
    next += sent;
    if (sent > 0) continue;
    const int error = errno;
    if (error == EINTR) continue;
    const Train& train = trains_[next];
    const bool isFull = error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
    if (isFull && waits++ < kMostWaits && waitForRoom(train.target->fd)) continue;
    const bool isTrainRefused = error == EINVAL || error == EMSGSIZE || error == EIO || error == EOPNOTSUPP;
    if (train.packetCount > 1 && isTrainRefused) {
      sendRefused(train, error);
    } else {
      lost_ += train.packetCount;
    }
    ++next;
  }
}

// Returns how many trains the kernel took: those of one socket, in a row.
std::size_t Egress::sendSome(std::size_t from) {
  const int fd = trains_[from].target->fd;
  if (mode_ == UdpSend::Single) return sendmsg(fd, &messages_[from].msg_hdr, MSG_DONTWAIT) < 0 ? 0 : 1;
  std::size_t end = from + 1;
  while (end < trains_.size() && end - from < kMaxCall && trains_[end].target->fd == fd) ++end;
  const int sent = sendmmsg(fd, &messages_[from], static_cast<unsigned>(end - from), MSG_DONTWAIT);
  if (sent < 0 && errno == ENOSYS) {
    mode_ = UdpSend::Single;
    outbox_.log(false, "sls", "this kernel has no sendmmsg: packets are sent one by one");
    return sendSome(from);
  }
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

// The kernel would not cut this train into packets: for this peer, or for everybody.
void Egress::sendRefused(const Train& train, int error) {
  train.target->canSegment = false;
  if (error == EIO || error == EOPNOTSUPP) {
    mode_ = UdpSend::Batch;
    outbox_.log(false, "sls", "this network device does not segment UDP: packets are sent without it");
  }
  const iovec* vector = &vectors_[train.firstVector];
  for (std::size_t i = 0; i < train.packetCount; ++i) {
    const std::size_t count = vectorCounts_[train.firstPacket + i];
    sendOne(*train.target, vector, count);
    vector += count;
  }
}

void Egress::sendOne(const Target& target, const iovec* vectors, std::size_t count) {
  msghdr header{};
  header.msg_name = const_cast<sockaddr*>(target.address.get());
  header.msg_namelen = target.address.size();
  header.msg_iov = const_cast<iovec*>(vectors);
  header.msg_iovlen = count;
  if (sendmsg(target.fd, &header, MSG_DONTWAIT) < 0) ++lost_;
}

bool Egress::waitForRoom(int fd) const {
  pollfd waiting{fd, POLLOUT, 0};
  return poll(&waiting, 1, kRoomMs) > 0 && (waiting.revents & POLLOUT) != 0;
}

}  // namespace sls::direct
