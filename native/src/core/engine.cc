#include "core/engine.h"

#include <utility>

#include "core/error.h"
#include "core/play_token.h"

namespace sls {
namespace {

std::unique_ptr<Transport> makeTransport(Services& services) {
  const std::string& transport = services.spec.transport;
  const std::string& mode = services.spec.relayMode;
  if (mode != "timed" && mode != "cut_through") {
    throw EngineError("ENGINE_ARGUMENT", "relay mode '" + mode + "' is not built into this addon");
  }
  if (transport == "direct") return makeDirectTransport(services);
  if (transport != "libsrt") {
    throw EngineError("ENGINE_ARGUMENT", "transport '" + transport + "' is not built into this addon");
  }
  if (mode != "timed") throw EngineError("ENGINE_ARGUMENT", "the libsrt transport relays timed only, not " + mode);
  return makeLibsrtTransport(services);
}

}  // namespace

Engine::Engine(EngineSpec spec, std::function<void()> wake)
    : services_(std::move(spec), std::move(wake)), transport_(makeTransport(services_)) {}

Engine::~Engine() { stop(); }

Transport& Engine::running() const {
  if (isStopping_) throw EngineError("ENGINE_STOPPED", "the engine has been stopped");
  return *transport_;
}

void Engine::open(const ListenerSpec& spec) { running().open(spec); }

bool Engine::close(const std::string& listenerName) { return running().close(listenerName); }

bool Engine::configure(const std::string& listenerName, const ListenerPolicy& policy) {
  return running().configure(listenerName, policy);
}

void Engine::setRoutes(std::uint64_t version, std::vector<Route> routes) {
  running();
  services_.routes.set(std::make_shared<const RouteTable>(version, std::move(routes)));
  if (!isDraining_) services_.isOpen = true;
}

void Engine::changeRoutes(std::uint64_t version, const std::vector<RouteName>& gone, std::vector<Route> put) {
  running();
  if (services_.routes.get()->version() == 0) {
    throw EngineError("ENGINE_ARGUMENT", "changeRoutes: expected a table that was set before");
  }
  services_.routes.set(services_.routes.get()->changed(version, gone, std::move(put)));
}

void Engine::setTokens(const TokenSpec& spec) {
  running();
  if (!spec.secret.empty() && spec.secret.size() < kMinTokenSecretBytes) {
    throw EngineError("ENGINE_ARGUMENT",
                      "secret: expected none or at least " + std::to_string(kMinTokenSecretBytes) + " bytes");
  }
  // The uses first: with the secret in force, a token must not find its count missing.
  services_.tokenUses.seed(spec.used, wallNowMs() / 1000);
  services_.tokenSecret.set(std::make_shared<const std::string>(spec.secret));
}

bool Engine::decide(ConnectionId id, bool isAdmitted) { return running().decide(id, isAdmitted); }

bool Engine::kick(ConnectionId id) { return running().kick(id); }

Descriptor Engine::tap(const std::string& streamKey) {
  Transport& transport = running();
  if (!services_.live.find(streamKey)) throw EngineError("STREAM_NOT_LIVE", "nobody publishes this stream");
  OpenedTap opened = openTap(services_.taps);
  transport.addTap(streamKey, std::move(opened.tap));
  return std::move(opened.reader);
}

const TapTotals& Engine::tapTotals() const {
  running();
  return services_.taps;
}

void Engine::drain() {
  running();
  isDraining_ = true;
  services_.isOpen = false;
}

Snapshot Engine::snapshot() const {
  Snapshot snapshot;
  // Read before the sample: an event between the two is then seen twice rather than never.
  snapshot.lastSeq = services_.outbox.lastSeq();
  snapshot.routesVersion = services_.routes.get()->version();
  running().sample(snapshot.connections);
  return snapshot;
}

void Engine::beginStop() {
  isStopping_ = true;
  services_.isOpen = false;
}

void Engine::stop() {
  beginStop();
  const std::scoped_lock lock(stopMutex_);
  if (std::exchange(isStopped_, true)) return;
  transport_->stop();
}

}  // namespace sls
