// A relay and the peers around it. The relay has its own threads, the peers share the test's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "direct/io/ingress.h"
#include "direct_loopback_player.h"
#include "direct_loopback_publisher.h"
#include "direct_loopback_relay.h"

namespace sls::test {

class LoopbackWorld {
 public:
  explicit LoopbackWorld(EngineSpec spec, const ListenerPolicy& policy = {}) : relay(std::move(spec), policy) {}

  LoopbackPublisher& publish(const std::string& key, std::uint64_t sender, PeerOptions options = {},
                             KeyRefresh refresh = {});
  LoopbackPlayer& play(const std::string& key, PeerOptions options = {});
  // They leave.
  void remove(const LoopbackPeer& peer);

  // Steps everybody until `isDone`. False: it was not for 60 s, or a peer has found a fault.
  bool until(const std::function<bool()>& isDone);
  // Until both are connected.
  bool untilConnected(std::initializer_list<const LoopbackPeer*> some);
  // For a while: where nothing tells that something has not happened.
  void forMs(int ms);
  // The first fault of a peer; '' = none.
  std::string fault() const;

  LoopbackRelay relay;

 private:
  void step();

  Ingress ingress_;
  std::vector<std::unique_ptr<LoopbackPeer>> peers_;
  std::string faultOfTheGone_;
};

}  // namespace sls::test
