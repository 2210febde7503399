// The part of the shard that decides who comes in.
#include <algorithm>
#include <array>
#include <utility>

#include "direct/shard/shard.h"

namespace sls::direct {
namespace {

using HandshakePacket = std::array<std::byte, kMaxHandshakePacketBytes>;

// What libsrt calls "no floor" still needs a little for its own timers.
constexpr int kLeastLatencyMs = 20;
// Room for 10 s at 30 Mbit/s in 1316-byte messages.
constexpr std::uint32_t kPublisherWindowPackets = 25600;
// A player sends no payload.
constexpr std::uint32_t kPlayerWindowPackets = 8192;
// SRT, UDP and IPv4 headers.
constexpr std::uint32_t kHeadersBytes = 16 + 28;
// With less than seven TS packets a player would be no use.
constexpr std::uint32_t kLeastPlayerMessageBytes = 1316;
// Our timestamps begin in the past, so that a packet that was sent shortly before a player came has one.
constexpr MonoUs kHeadStartUs = 20'000'000;

int askedLatencyMs(const Hello& hello, Role role) {
  return role == Role::Publish ? hello.senderLatencyMs : hello.receiverLatencyMs;
}

}  // namespace

void Shard::sendTo(const Port& port, const SocketAddress& to, Bytes packet) {
  Target target{port.fd(index_), to, true};
  egress_.addCopy(target, packet);
  // The target ends here.
  egress_.flush();
}

void Shard::onHandshake(const PortPtr& port, const SocketAddress& from, Bytes packet, MonoUs nowUs) {
  if (!isControl(packet.data())) return;
  const ControlHeader header = readControlHeader(packet.data());
  const Bytes body = packet.subspan(kHeaderBytes);
  const auto handshake = header.type == ControlType::Handshake ? parseHandshake(body) : std::nullopt;
  const auto listener = port->listener();
  if (!handshake || !listener) return;
  const auto address = from.bytes();
  HandshakePacket out;
  if (handshake->type == kInduction) {
    const std::uint32_t cookie = shared_.cookie.make(address, nowUs);
    sendTo(*port, from, writeInductionAnswer(out, *handshake, cookie, listener->spec.keyLengthBytes));
    return;
  }
  // Without the cookie nobody has shown that he receives at this address: not even a refusal for him.
  if (handshake->type != kConclusion || !shared_.cookie.isValid(handshake->cookie, address, nowUs)) return;
  if (answerAgain(from, *handshake, nowUs)) return;
  const auto extensions =
      handshake->version >= 5 ? parseExtensions(body) : std::optional<Extensions>{};
  if (const auto fault = faultOf(*handshake, extensions)) {
    services_.outbox.refused({listener->spec.name, RefuseReason::Malformed, from.text(), ""});
    sendTo(*port, from, writeRefusal(out, *handshake, static_cast<int>(*fault)));
    return;
  }
  answer(port, *listener, from, {header, *handshake, *extensions}, nowUs);
}

// The answer was lost, or is still on its way.
bool Shard::answerAgain(const SocketAddress& from, const Handshake& request, MonoUs nowUs) {
  const auto found = byPeer_.find(peerKey(from, request.socketId));
  if (found == byPeer_.end()) return false;
  Connection& connection = *found->second;
  std::vector<std::byte> packet = connection.answer;
  // The peer takes the time from it.
  writeWord(packet.data() + 8, static_cast<std::uint32_t>(nowUs - connection.startUs));
  egress_.addCopy(connection.target, packet);
  return true;
}

void Shard::answer(const PortPtr& port, const ListenerView& listener, const SocketAddress& from,
                   const Conclusion& conclusion, MonoUs nowUs) {
  const ListenerSpec& spec = listener.spec;
  const Hello& hello = *conclusion.extensions.hello;
  const std::string peer = from.text();
  auto booked = services_.bookNow(conclusion.extensions.streamId, spec.role, peer);
  std::optional<Refused> refused;
  if (auto* no = std::get_if<Refused>(&booked)) {
    refused = std::move(*no);
  } else {
    auto& yes = std::get<Booked>(booked);
    const std::string streamId = yes.admitted.streamId;
    if (const auto reason = accept(port, listener, from, conclusion, yes, nowUs)) refused = Refused{*reason, streamId};
  }
  if (!refused) return;
  const bool isEncrypted = !conclusion.extensions.keyMaterial.empty();
  services_.outbox.refused({spec.name, refused->reason, peer, refused->streamId, askedLatencyMs(hello, spec.role),
                            isEncrypted ? PeerEncryption::Encrypted : PeerEncryption::None});
  HandshakePacket out;
  sendTo(*port, from, writeRefusal(out, conclusion.handshake, rejectCode(refused->reason)));
}

std::optional<RefuseReason> Shard::accept(const PortPtr& port, const ListenerView& listener,
                                          const SocketAddress& from, const Conclusion& conclusion, Booked& booked,
                                          MonoUs nowUs) {
  const ListenerSpec& spec = listener.spec;
  const Handshake& request = conclusion.handshake;
  const Hello& hello = *conclusion.extensions.hello;
  const bool isPublisher = spec.role == Role::Publish;
  if (request.mtuBytes < kHeadersBytes + kLeastPlayerMessageBytes && !isPublisher) return RefuseReason::Malformed;

  const RulesPtr& rules = booked.admitted.rules;
  const bool hasOwnPassphrase = rules && !rules->passphrase.empty();
  const Bytes keyMaterial = conclusion.extensions.keyMaterial;
  // Over budget it looks like a busy server, which is what it is; callers come again by themselves.
  if (!keyMaterial.empty() && !unwraps_.take(from, nowUs)) return RefuseReason::Overload;
  auto unlockedOrNot = unlock(keyMaterial, hasOwnPassphrase ? rules->passphrase : spec.passphrase);
  if (const auto* reason = std::get_if<RefuseReason>(&unlockedOrNot)) return *reason;
  const auto& unlocked = std::get<Unlocked>(unlockedOrNot);

  const int ownMs = std::max(kLeastLatencyMs, spec.latencyMinMs);
  int floorMs = 0;
  if (!isPublisher && services_.spec.isPlayerLatencyFloor) {
    // Its own ceiling must not shut it out.
    const int ceilingMs = listener.policy->get()->latencyMaxMs;
    floorMs = shared_.hub.publisherLatencyMs(booked.admitted.streamKey);
    if (ceilingMs > 0) floorMs = std::min(floorMs, ceilingMs);
  }
  const Latencies latencies = settle(hello, ownMs, std::max(ownMs, floorMs));

  Accepted accepted;
  accepted.policy = listener.policy;
  accepted.port = port;
  accepted.address = from;
  accepted.shard = index_;
  accepted.socketId = newSocketId();
  accepted.peerSocketId = request.socketId;
  accepted.startUs = nowUs - kHeadStartUs;
  HandshakePacket out;
  const Bytes packet = writeConclusionAnswer(
      out, request,
      {.socketId = accepted.socketId,
       .timestampUs = static_cast<std::uint32_t>(nowUs - accepted.startUs),
       .flowWindowPackets = isPublisher ? kPublisherWindowPackets : kPlayerWindowPackets,
       .latencies = latencies,
       .isPeriodicNak = !spec.reorderTolerant,
       .keyMaterial = keyMaterial});
  accepted.answer.assign(packet.begin(), packet.end());
  const std::string passphrase = hasOwnPassphrase ? rules->passphrase : spec.passphrase;
  const int latencyMs = isPublisher ? latencies.receiveMs : latencies.sendMs;
  accepted.identity = identityOf(listener, std::move(booked.admitted), from, hello, latencyMs, unlocked);
  accepted.booking = std::move(booked.booking);
  services_.registry.add(accepted.identity->id, index_);

  std::unique_ptr<Connection> connection;
  if (isPublisher) {
    std::optional<ReceiveKeys> keys;
    if (unlocked.isEncrypted) keys.emplace(unlocked.keys, unlocked.salt, passphrase, keyMaterial);
    connection = std::make_unique<Publisher>(std::move(accepted),
                                             ReceiverOptions{.initialSeq = request.initialSeq,
                                                             .latencyMs = latencyMs,
                                                             .startUs = nowUs,
                                                             .startTimestampUs = conclusion.header.timestampUs,
                                                             .lossMaxTtlPackets = spec.lossMaxTtlPackets,
                                                             .isPeriodicNak = !spec.reorderTolerant,
                                                             .windowPackets = kPublisherWindowPackets},
                                             std::move(keys), egress_, nowUs / 1000);
  } else {
    std::optional<SendKeys> keys;
    if (unlocked.isEncrypted) {
      keys.emplace(unlocked.keys, unlocked.salt, passphrase, KeyRefresh{}, firstPosition(request.initialSeq));
    }
    connection = std::make_unique<Player>(std::move(accepted),
                                          PlayerOptions{.initialSeq = request.initialSeq,
                                                        .peerSocketId = request.socketId,
                                                        .startUs = nowUs - kHeadStartUs,
                                                        .flowWindowPackets = request.flowWindowPackets,
                                                        .latencyMs = latencyMs,
                                                        .maxPayloadBytes = std::min<std::size_t>(
                                                            request.mtuBytes - kHeadersBytes, kMaxPayloadBytes),
                                                        .maxRexmitPercent = services_.spec.maxRexmitPercent},
                                          std::move(keys), nowUs / 1000);
  }
  egress_.addCopy(connection->target, packet);
  adopt(std::move(connection), nowUs);
  return std::nullopt;
}

IdentityPtr Shard::identityOf(const ListenerView& listener, Admitted admitted, const SocketAddress& from,
                              const Hello& hello, int latencyMs, const Unlocked& unlocked) {
  auto identity = std::make_shared<ConnectionIdentity>();
  identity->id = services_.registry.nextId();
  identity->listener = listener.spec.name;
  identity->role = listener.spec.role;
  identity->streamId = std::move(admitted.streamId);
  identity->streamKey = std::move(admitted.streamKey);
  identity->peer = from.text();
  identity->latencyMs = latencyMs;
  identity->srtVersion = versionText(hello.version);
  identity->encrypted = unlocked.isEncrypted;
  identity->keyLengthBytes = static_cast<int>(unlocked.keyBytes);
  identity->tokenId = std::move(admitted.token.tokenId);
  identity->tokenMaxUses = admitted.token.maxUses;
  identity->tokenExpiresAtS = admitted.token.expiresAtS;
  return identity;
}

std::uint32_t Shard::newSocketId() {
  for (;;) {
    std::array<std::byte, 4> random;
    fillRandom(random);
    // Positive as libsrt's are.
    const std::uint32_t id = readWord(random.data()) & 0x3FFF'FFFF;
    if (id != 0 && !connections_.contains(id)) return id;
  }
}

}  // namespace sls::direct
