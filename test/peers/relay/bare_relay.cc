// The yardstick of the benchmark: the least a libsrt relay can do. One thread, one epoll, no admission, no statistics.
// It takes any stream ID; every message of the last publisher goes to every player that can take it.
// bare_relay --publisher-port P --player-port P [--latency-ms 20]
// Exit codes: 0 after SIGTERM or SIGINT, 1 failure, 64 usage.
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <vector>

#include "common/arguments.h"
#include "common/json_object.h"
#include "common/signals.h"
#include "common/srt_socket.h"

namespace {

using peers::SrtSocket;

constexpr int kBacklog = 1024;
constexpr int kWaitMs = 100;

SrtSocket listenOn(int port, int latencyMs) {
  SrtSocket socket;
  peers::setLiveOptions(socket, latencyMs);
  socket.set(SRTO_RCVSYN, false);
  socket.set(SRTO_SNDSYN, false);
  const sockaddr_in address = peers::ipv4Address("0.0.0.0", port);
  if (srt_bind(socket.id(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == SRT_ERROR ||
      srt_listen(socket.id(), kBacklog) == SRT_ERROR) {
    throw std::runtime_error("cannot listen on port " + std::to_string(port) + ": " + peers::lastSrtError());
  }
  return socket;
}

class BareRelay {
 public:
  BareRelay(int publisherPort, int playerPort, int latencyMs)
      : publisherListener_(listenOn(publisherPort, latencyMs)), playerListener_(listenOn(playerPort, latencyMs)) {
    epoll_.watch(publisherListener_.id(), SRT_EPOLL_IN);
    epoll_.watch(playerListener_.id(), SRT_EPOLL_IN);
  }

  void turn() {
    const int ready = srt_epoll_uwait(epoll_.id(), events_.data(), static_cast<int>(events_.size()), kWaitMs);
    // More than fits is reported as size + 1.
    for (int i = 0; i < std::min(ready, static_cast<int>(events_.size())); i++) handle(events_[i]);
  }

 private:
  void handle(const SRT_EPOLL_EVENT& event) {
    if (event.fd == publisherListener_.id()) {
      acceptFrom(publisherListener_, publishers_, SRT_EPOLL_IN | SRT_EPOLL_ERR);
    } else if (event.fd == playerListener_.id()) {
      acceptFrom(playerListener_, players_, SRT_EPOLL_ERR);
    } else if (event.events & SRT_EPOLL_IN) {
      relayFrom(event.fd);
    } else if (event.events & SRT_EPOLL_ERR) {
      drop(event.fd);
    }
  }

  void acceptFrom(const SrtSocket& listener, std::vector<SrtSocket>& accepted, int events) {
    const SRTSOCKET id = srt_accept(listener.id(), nullptr, nullptr);
    if (id == SRT_INVALID_SOCK) return;
    accepted.emplace_back(id);
    epoll_.watch(id, events);
  }

  void relayFrom(SRTSOCKET publisher) {
    int bytes = 0;
    while ((bytes = srt_recvmsg(publisher, message_.data(), static_cast<int>(message_.size()))) > 0) {
      // A player that cannot take it misses it: no queue of our own.
      for (const SrtSocket& player : players_) srt_sendmsg(player.id(), message_.data(), bytes, -1, 1);
    }
    if (srt_getlasterror(nullptr) != SRT_EASYNCRCV) drop(publisher);
  }

  void drop(SRTSOCKET id) {
    const auto isIt = [id](const SrtSocket& socket) { return socket.id() == id; };
    std::erase_if(publishers_, isIt);
    std::erase_if(players_, isIt);
  }

  peers::SrtEpoll epoll_;
  SrtSocket publisherListener_;
  SrtSocket playerListener_;
  std::vector<SrtSocket> publishers_;
  std::vector<SrtSocket> players_;
  std::array<SRT_EPOLL_EVENT, 256> events_;
  std::array<char, 2048> message_;
};

}  // namespace

int main(int argc, char** argv) {
  try {
    peers::Arguments arguments(argc, argv, 1, {});
    const int publisherPort = arguments.integer("publisher-port", 4001, 1, 65535);
    const int playerPort = arguments.integer("player-port", 4000, 1, 65535);
    const int latencyMs = arguments.integer("latency-ms", 20, 0, 10000);
    arguments.refuseUnread();
    peers::catchStopSignals();
    const peers::SrtLibrary library;
    BareRelay relay(publisherPort, playerPort, latencyMs);
    peers::printLine(peers::JsonObject().add("event", "ready"));
    while (!peers::stopRequested()) relay.turn();
    return 0;
  } catch (const peers::UsageError& error) {
    std::fprintf(stderr, "bare_relay: %s\n", error.what());
    return peers::kExitUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bare_relay: %s\n", error.what());
    return 1;
  }
}
