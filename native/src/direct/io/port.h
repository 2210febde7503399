// One UDP port: a socket for each shard, or one for the first. It lives for as long as its listener or a connection
// that came through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/options.h"
#include "core/published.h"
#include "core/session.h"
#include "direct/io/udp_socket.h"

namespace sls::direct {

// A listener, as handshakes see it.
struct ListenerView {
  ListenerSpec spec;
  SharedPolicy policy;
};

class Port {
 public:
  // Throws EngineError SRT_BIND. `id` is never used again.
  Port(std::uint64_t id, const std::string& host, int port, std::size_t socketCount)
      : id_(id), listener_(nullptr) {
    for (std::size_t i = 0; i < socketCount; ++i) {
      sockets_.push_back(UdpSocket::bound(host, port, i > 0));
      if (i == 0 && socketCount > 1) sockets_.front().letShare();
    }
  }

  std::uint64_t id() const { return id_; }
  std::size_t socketCount() const { return sockets_.size(); }
  // `shard` < socketCount().
  int fd(std::size_t shard) const { return sockets_[shard].fd(); }

  // Nullptr: nobody new comes in here; who is connected stays.
  std::shared_ptr<const ListenerView> listener() const { return listener_.get(); }
  void setListener(std::shared_ptr<const ListenerView> listener) { listener_.set(std::move(listener)); }

 private:
  const std::uint64_t id_;
  std::vector<UdpSocket> sockets_;
  Published<ListenerView> listener_;
};

using PortPtr = std::shared_ptr<Port>;

}  // namespace sls::direct
