// Transport 1: libsrt. Listeners are accepted on worker 0; a stream lives on the worker its key hashes to.
#include "core/transport.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/services.h"
#include "libsrt/listener.h"
#include "libsrt/runtime.h"
#include "libsrt/worker.h"

namespace sls {
namespace libsrt {
namespace {

class LibsrtTransport final : public Transport {
 public:
  explicit LibsrtTransport(Services& services)
      : services_(services), runtime_(std::make_unique<Runtime>(services.outbox)) {
    for (int i = 0; i < services.spec.workerCount; ++i) {
      workers_.push_back(std::make_unique<Worker>(static_cast<std::size_t>(i), services_,
                                                  [this](SRTSOCKET listener) { acceptOne(listener); }));
    }
    for (auto& worker : workers_) worker->start();
  }

  ~LibsrtTransport() override { stop(); }

  void open(const ListenerSpec& spec) override {
    auto listener = std::make_shared<Listener>(spec, services_, [this] { workers_.front()->expectConnection(); });
    {
      const std::scoped_lock lock(listenersMutex_);
      if (open_.contains(spec.name)) throw EngineError("SRT_BIND", "listener '" + spec.name + "' is open already");
      open_[spec.name] = listener;
      all_.push_back(listener);
    }
    // Watched before it listens, so that no connection can wait unseen.
    try {
      workers_.front()->watchListener(listener->socketId());
      listener->listen();
    } catch (const EngineError&) {
      close(spec.name);
      throw;
    }
  }

  bool close(const std::string& listenerName) override {
    const auto listener = take(listenerName);
    if (listener) listener->close();
    return listener != nullptr;
  }

  bool configure(const std::string& listenerName, const ListenerPolicy& policy) override {
    const std::scoped_lock lock(listenersMutex_);
    const auto found = open_.find(listenerName);
    if (found == open_.end()) return false;
    found->second->setPolicy(policy);
    return true;
  }

  bool decide(ConnectionId id, bool isAdmitted) override {
    const auto owner = services_.registry.ownerOf(id);
    if (owner) workers_[*owner]->postDecide(id, isAdmitted);
    return owner.has_value();
  }

  bool kick(ConnectionId id) override {
    const auto owner = services_.registry.ownerOf(id);
    if (owner) workers_[*owner]->postKick(id);
    return owner.has_value();
  }

  void addTap(const std::string& streamKey, TapPtr tap) override {
    workers_[ownerOf(streamKey)]->postTap(streamKey, std::move(tap));
  }

  void sample(std::vector<ConnectionStats>& out) const override {
    for (const auto& worker : workers_) worker->sample(out);
  }

  void stop() override {
    {
      const std::scoped_lock lock(listenersMutex_);
      for (auto& [name, listener] : open_) listener->close();
      open_.clear();
    }
    for (auto& worker : workers_) worker->requestStop();
    for (auto& worker : workers_) worker->stop();
    workers_.clear();
    runtime_.reset();
  }

 private:
  std::size_t ownerOf(const std::string& streamKey) const {
    return std::hash<std::string>{}(streamKey) % workers_.size();
  }

  std::shared_ptr<Listener> take(const std::string& name) {
    const std::scoped_lock lock(listenersMutex_);
    const auto found = open_.find(name);
    if (found == open_.end()) return nullptr;
    auto listener = std::move(found->second);
    open_.erase(found);
    return listener;
  }

  std::shared_ptr<Listener> findBySocket(SRTSOCKET socket) {
    const std::scoped_lock lock(listenersMutex_);
    for (auto& [name, listener] : open_) {
      if (listener->socketId() == socket) return listener;
    }
    return nullptr;
  }

  // Worker 0's thread. One connection per event: the epoll is level-triggered, and asking libsrt once too often
  // makes it log an error.
  void acceptOne(SRTSOCKET socket) {
    const auto listener = findBySocket(socket);
    if (!listener) return;
    auto accepted = listener->accept();
    if (!accepted) return;
    const std::size_t owner = ownerOf(accepted->identity->streamKey);
    // Before it is adopted, so that the next handshake counts it.
    services_.registry.add(accepted->identity->id, owner);
    workers_[owner]->postAdopt(std::move(*accepted));
  }

  Services& services_;  // Passed by argument.
  std::mutex listenersMutex_;
  std::map<std::string, std::shared_ptr<Listener>> open_;  // Guarded by listenersMutex_.
  // libsrt keeps a listener's address as its callback argument until cleanup, so none is freed before.
  std::vector<std::shared_ptr<Listener>> all_;
  std::unique_ptr<Runtime> runtime_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace
}  // namespace libsrt

std::unique_ptr<Transport> makeLibsrtTransport(Services& services) {
  return std::make_unique<libsrt::LibsrtTransport>(services);
}

std::string libsrtVersion() {
  const std::uint32_t version = srt_getversion();
  return std::to_string(version >> 16U) + '.' + std::to_string((version >> 8U) & 0xFFU) + '.' +
         std::to_string(version & 0xFFU);
}

}  // namespace sls
