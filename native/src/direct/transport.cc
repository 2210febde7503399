// Transport 2: our own SRT engine. Every port has a socket on every shard, and the kernel deals the peers out.
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/services.h"
#include "core/transport.h"
#include "direct/io/port.h"
#include "direct/io/udp_socket.h"
#include "direct/shard/shard.h"
#include "direct/stream/shared_stream.h"
#include "direct/syn_cookie.h"

namespace sls {
namespace direct {
namespace {

// SharedStream::watchers has a bit for each.
constexpr int kMaxShards = 64;
// The port that was closed just now may be in the hands of a shard, which reads from it and closes it then.
constexpr int kBindTries = 5;
constexpr std::size_t kMinPassphraseBytes = 10;
constexpr std::size_t kMaxPassphraseBytes = 79;

// libsrt refuses such options too (SRTO_PASSPHRASE, SRTO_PBKEYLEN).
void checkOptions(const ListenerSpec& spec) {
  const std::size_t bytes = spec.passphrase.size();
  if (bytes != 0 && (bytes < kMinPassphraseBytes || bytes > kMaxPassphraseBytes)) {
    throw EngineError("SRT_OPTION", "passphrase: expected 10 to 79 bytes");
  }
  const int key = spec.keyLengthBytes;
  if (key != 0 && key != 16 && key != 24 && key != 32) {
    throw EngineError("SRT_OPTION", "key length: expected 0, 16, 24 or 32 bytes");
  }
}

class DirectTransport final : public Transport {
 public:
  explicit DirectTransport(Services& services)
      : services_(services),
        hub_(services.live, services.spec.relayMode == "timed"),
        shared_{services, hub_, cookie_, shards_, services.spec.relayMode == "timed"} {
    const bool canShare = services.spec.isPortShared && UdpSocket::canShare();
    if (services.spec.isPortShared && !canShare) {
      services.outbox.log(false, "sls", "this kernel has no SO_REUSEPORT: one thread carries everything");
    }
    const int count = canShare ? std::clamp(services.spec.workerCount, 1, kMaxShards) : 1;
    for (int i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(static_cast<std::size_t>(i), shared_));
    for (auto& shard : shards_) shard->start();
  }

  ~DirectTransport() override { stop(); }

  void open(const ListenerSpec& spec) override {
    checkOptions(spec);
    const std::scoped_lock lock(mutex_);
    if (listeners_.contains(spec.name)) throw EngineError("SRT_BIND", "listener '" + spec.name + "' is open already");
    const PortKey key{spec.host, spec.port};
    PortPtr port = ports_[key].lock();
    if (port && port->listener()) {
      throw EngineError("SRT_BIND", "UDP " + spec.host + " port " + std::to_string(spec.port) + ": Address in use");
    }
    const bool isNew = !port;
    if (isNew) {
      port = bindPort(spec);
      ports_[key] = port;
    }
    auto policy = std::make_shared<Published<ListenerPolicy>>(std::make_shared<const ListenerPolicy>(spec.policy));
    port->setListener(std::make_shared<const ListenerView>(ListenerView{spec, std::move(policy)}));
    listeners_[spec.name] = port;
    if (!isNew) return;
    for (auto& shard : shards_) shard->postPort(port);
  }

  bool close(const std::string& listenerName) override {
    const std::scoped_lock lock(mutex_);
    const auto found = listeners_.find(listenerName);
    if (found == listeners_.end()) return false;
    found->second->setListener(nullptr);
    // The port itself stays for as long as somebody is connected through it.
    listeners_.erase(found);
    std::erase_if(ports_, [](const auto& entry) { return entry.second.expired(); });
    return true;
  }

  bool configure(const std::string& listenerName, const ListenerPolicy& policy) override {
    const std::scoped_lock lock(mutex_);
    const auto found = listeners_.find(listenerName);
    if (found == listeners_.end()) return false;
    found->second->listener()->policy->set(std::make_shared<const ListenerPolicy>(policy));
    return true;
  }

  bool decide(ConnectionId id, bool isAdmitted) override {
    const auto owner = services_.registry.ownerOf(id);
    if (owner) shards_[*owner]->postDecide(id, isAdmitted);
    return owner.has_value();
  }

  bool kick(ConnectionId id) override {
    const auto owner = services_.registry.ownerOf(id);
    if (owner) shards_[*owner]->postClose(id, CloseReason::Kicked);
    return owner.has_value();
  }

  void addTap(const std::string& streamKey, TapPtr tap) override {
    shards_[hub_.shardForTap(streamKey)]->postTap(streamKey, std::move(tap));
  }

  void sample(std::vector<ConnectionStats>& out) const override {
    for (const auto& shard : shards_) shard->sample(out);
  }

  void stop() override {
    {
      const std::scoped_lock lock(mutex_);
      for (auto& [name, port] : listeners_) port->setListener(nullptr);
      listeners_.clear();
    }
    for (auto& shard : shards_) shard->requestStop();
    for (auto& shard : shards_) shard->stop();
  }

 private:
  using PortKey = std::pair<std::string, int>;

  // Under mutex_. Throws EngineError SRT_BIND.
  PortPtr bindPort(const ListenerSpec& spec) {
    for (int tries = kBindTries;; --tries) {
      try {
        return std::make_shared<Port>(++lastPortId_, spec.host, spec.port, shards_.size());
      } catch (const EngineError&) {
        if (tries == 0) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  Services& services_;  // Passed by argument.
  const SynCookie cookie_;
  StreamHub hub_;
  ShardServices shared_;
  std::mutex mutex_;
  std::map<PortKey, std::weak_ptr<Port>> ports_;  // Guarded by mutex_.
  std::map<std::string, PortPtr> listeners_;      // Guarded by mutex_.
  std::uint64_t lastPortId_ = 0;                  // Guarded by mutex_.
  // Joined in stop() before any of them is destroyed: they post to each other.
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace
}  // namespace direct

std::unique_ptr<Transport> makeDirectTransport(Services& services) {
  return std::make_unique<direct::DirectTransport>(services);
}

}  // namespace sls
