#include "direct/io/ingress.h"

#include <netinet/udp.h>

#include <cstring>

namespace sls::direct {

Ingress::Ingress() : memory_(std::make_unique_for_overwrite<std::byte[]>(kBatch * kMessageBytes)) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    vectors_[i] = {memory_.get() + i * kMessageBytes, kMessageBytes};
    msghdr& header = messages_[i].msg_hdr;
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_name = &addresses_[i];
    header.msg_control = controls_[i].bytes.data();
  }
}

std::size_t Ingress::receive(int fd) {
  for (mmsghdr& message : messages_) {
    // The kernel writes what it used.
    message.msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    message.msg_hdr.msg_controllen = CMSG_SPACE(sizeof(int));
  }
  const int count = recvmmsg(fd, messages_.data(), kBatch, MSG_DONTWAIT, nullptr);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::size_t Ingress::segmentBytes(std::size_t i) const {
  // CMSG_NXTHDR takes a pointer to non-const.
  msghdr header = messages_[i].msg_hdr;
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO) continue;
    int bytes = 0;
    std::memcpy(&bytes, CMSG_DATA(c), sizeof bytes);
    if (bytes > 0) return static_cast<std::size_t>(bytes);
  }
  return kMessageBytes;
}

}  // namespace sls::direct
