#include "addon/results.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace sls::addon {
namespace {

void set(Napi::Object& object, const char* name, double value) {
  object.Set(name, Napi::Number::New(object.Env(), value));
}
void set(Napi::Object& object, const char* name, std::uint64_t value) { set(object, name, static_cast<double>(value)); }
void set(Napi::Object& object, const char* name, std::int64_t value) { set(object, name, static_cast<double>(value)); }
void set(Napi::Object& object, const char* name, int value) { set(object, name, static_cast<double>(value)); }
void set(Napi::Object& object, const char* name, std::string_view value) {
  object.Set(name, Napi::String::New(object.Env(), value.data(), value.size()));
}
void setFlag(Napi::Object& object, const char* name, bool value) {
  object.Set(name, Napi::Boolean::New(object.Env(), value));
}

void setIdentity(Napi::Object& object, const ConnectionIdentity& identity) {
  set(object, "connectionId", identity.id);
  set(object, "listener", identity.listener);
  set(object, "role", toText(identity.role));
  set(object, "streamId", identity.streamId);
  set(object, "streamKey", identity.streamKey);
  set(object, "peer", identity.peer);
  set(object, "latencyMs", identity.latencyMs);
  set(object, "srtVersion", identity.srtVersion);
  setFlag(object, "encrypted", identity.encrypted);
  set(object, "keyLengthBytes", identity.keyLengthBytes);
  set(object, "tokenId", identity.tokenId);
  set(object, "tokenMaxUses", identity.tokenMaxUses);
  set(object, "tokenExpiresAtS", identity.tokenExpiresAtS);
}

struct BodyToJs {
  Napi::Object& object;

  void operator()(const ConnectedEvent& event) const {
    set(object, "type", "connected");
    setIdentity(object, *event.identity);
  }
  void operator()(const ApprovalWantedEvent& event) const {
    set(object, "type", "approval-wanted");
    setIdentity(object, *event.identity);
  }
  void operator()(const DisconnectedEvent& event) const {
    set(object, "type", "disconnected");
    set(object, "connectionId", event.id);
    set(object, "reason", toText(event.reason));
    set(object, "durationMs", event.durationMs);
    set(object, "bytes", event.bytes);
  }
  void operator()(const RefusedEvent& event) const {
    set(object, "type", "refused");
    set(object, "listener", event.listener);
    set(object, "reason", toText(event.reason));
    set(object, "count", event.count);
    set(object, "lastPeer", event.lastPeer);
    set(object, "lastStreamId", event.lastStreamId);
    set(object, "latencyMs", event.latencyMs);
    set(object, "encryption", toText(event.encryption));
  }
  void operator()(const LogEvent& event) const {
    set(object, "type", "log");
    set(object, "level", event.isError ? "error" : "warn");
    set(object, "area", event.area);
    set(object, "text", event.text);
    set(object, "count", event.count);
  }
  void operator()(const ResyncEvent& /*event*/) const { set(object, "type", "resync"); }
  void operator()(const FaultEvent& event) const {
    set(object, "type", "fault");
    set(object, "code", event.code);
    set(object, "message", event.message);
  }
};

Napi::Object toJs(Napi::Env env, const ConnectionStats& stats) {
  Napi::Object object = Napi::Object::New(env);
  setIdentity(object, *stats.identity);
  set(object, "connectedAtMs", stats.connectedAtMs);
  set(object, "sampledAtMs", stats.sampledAtMs);
  set(object, "lastDataAtMs", stats.lastDataAtMs);
  set(object, "rttMs", stats.rttMs);
  set(object, "bufferMs", stats.bufferMs);
  set(object, "rateKbps", stats.rateKbps);
  set(object, "bandwidthMbps", stats.bandwidthMbps);
  set(object, "bytes", stats.bytes);
  set(object, "packets", stats.packets);
  set(object, "wireBytes", stats.wireBytes);
  set(object, "packetsLost", stats.packetsLost);
  set(object, "bytesLost", stats.bytesLost);
  set(object, "packetsDropped", stats.packetsDropped);
  set(object, "bytesDropped", stats.bytesDropped);
  set(object, "packetsRetransmitted", stats.packetsRetransmitted);
  set(object, "packetsBelated", stats.packetsBelated);
  set(object, "packetsDuplicate", stats.packetsDuplicate);
  set(object, "packetsUndecrypted", stats.packetsUndecrypted);
  set(object, "ringOverruns", stats.ringOverruns);
  set(object, "ringBacklogBytes", stats.ringBacklogBytes);
  return object;
}

}  // namespace

Napi::Object toJs(Napi::Env env, const Event& event) {
  Napi::Object object = Napi::Object::New(env);
  set(object, "seq", event.seq);
  set(object, "atMs", event.atMs);
  std::visit(BodyToJs{object}, event.body);
  return object;
}

Napi::Object toJs(Napi::Env env, const Snapshot& snapshot) {
  Napi::Object object = Napi::Object::New(env);
  set(object, "lastSeq", snapshot.lastSeq);
  set(object, "routesVersion", snapshot.routesVersion);
  Napi::Array connections = Napi::Array::New(env, snapshot.connections.size());
  for (std::size_t i = 0; i < snapshot.connections.size(); ++i) {
    const Napi::HandleScope scope(env);
    connections.Set(static_cast<std::uint32_t>(i), toJs(env, snapshot.connections[i]));
  }
  object.Set("connections", connections);
  return object;
}

Napi::Object toJs(Napi::Env env, const TapTotals& totals) {
  Napi::Object object = Napi::Object::New(env);
  set(object, "open", static_cast<std::uint64_t>(std::max(totals.open.load(), 0)));
  set(object, "bytes", totals.bytes.load());
  set(object, "messagesDropped", totals.dropped.load());
  return object;
}

}  // namespace sls::addon
