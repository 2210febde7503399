#include "libsrt/listener.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/ring.h"
#include "core/socket_address.h"
#include "core/stream_id.h"
#include "libsrt/encryption_watch.h"

namespace sls::libsrt {
namespace {

// What libsrt calls "no floor" still needs a little for its own timers (the server we replace uses the same).
constexpr int kLeastLatencyMs = 20;
constexpr int kUdpBufferBytes = 4 << 20;
// Room for 10 s at 30 Mbit/s in 1316-byte messages.
constexpr int kPublisherWindowPackets = 25600;
// A player sends us no payload: small tables save half a megabyte each.
constexpr int kPlayerWindowPackets = 64;
constexpr int kUdpAndIpHeaderBytes = 28;
// libsrt takes any segment size a peer names, and divides by what is left for payload: with less than seven TS
// packets a player would be no use anyway.
constexpr int kLeastPlayerMessageBytes = 1316;

}  // namespace

Listener::Listener(const ListenerSpec& spec, Services& services, OnAdmitted onAdmitted)
    : services_(services),
      onAdmitted_(std::move(onAdmitted)),
      name_(spec.name),
      role_(spec.role),
      backlog_(spec.backlog),
      hasPassphrase_(!spec.passphrase.empty()),
      policy_(std::make_shared<Published<ListenerPolicy>>(std::make_shared<const ListenerPolicy>(spec.policy))),
      socket_(srt_create_socket()),
      socketId_(socket_.id()) {
  if (!socket_.isValid()) throw EngineError("SRT_BIND", std::string("no socket: ") + srt_getlasterror_str());
  applyOptions(spec);
  bind(spec);
}

void Listener::applyOptions(const ListenerSpec& spec) {
  const SRTSOCKET socket = socketId_;
  const int window = role_ == Role::Publish ? kPublisherWindowPackets : kPlayerWindowPackets;
  setOption(socket, SRTO_TRANSTYPE, "SRTO_TRANSTYPE", static_cast<int>(SRTT_LIVE));
  setOption(socket, SRTO_PAYLOADSIZE, "SRTO_PAYLOADSIZE", static_cast<int>(Ring::kMaxMessageBytes));
  setOption(socket, SRTO_RCVSYN, "SRTO_RCVSYN", false);
  setOption(socket, SRTO_SNDSYN, "SRTO_SNDSYN", false);
  setOption(socket, SRTO_LATENCY, "SRTO_LATENCY", std::max(kLeastLatencyMs, spec.latencyMinMs));
  setOption(socket, SRTO_LOSSMAXTTL, "SRTO_LOSSMAXTTL", spec.lossMaxTtlPackets);
  // Behind a bonding receiver late is not lost: periodic reports would ask again for what is on its way.
  setOption(socket, SRTO_NAKREPORT, "SRTO_NAKREPORT", !spec.reorderTolerant);
  setOption(socket, SRTO_UDP_RCVBUF, "SRTO_UDP_RCVBUF", kUdpBufferBytes);
  setOption(socket, SRTO_UDP_SNDBUF, "SRTO_UDP_SNDBUF", kUdpBufferBytes);
  setOption(socket, SRTO_FC, "SRTO_FC", window);
  setOption(socket, SRTO_RCVBUF, "SRTO_RCVBUF",
            window * static_cast<int>(Ring::kMaxMessageBytes + kUdpAndIpHeaderBytes));
  // Offered to every caller, because a stream may have a passphrase where the listener has none; inherited.
  if (spec.keyLengthBytes > 0) setOption(socket, SRTO_PBKEYLEN, "SRTO_PBKEYLEN", spec.keyLengthBytes);
  if (!spec.passphrase.empty()) setOption(socket, SRTO_PASSPHRASE, "SRTO_PASSPHRASE", spec.passphrase);
  // Closing a live socket must never wait for a peer that is gone.
  const linger none{.l_onoff = 1, .l_linger = 0};
  if (srt_setsockflag(socket, SRTO_LINGER, &none, sizeof none) == SRT_ERROR) {
    throw EngineError("SRT_OPTION", std::string("SRTO_LINGER: ") + srt_getlasterror_str());
  }
  if (spec.host.find(':') != std::string::npos) {
    setOption(socket, SRTO_IPV6ONLY, "SRTO_IPV6ONLY", spec.host == "::" ? 0 : 1);
  }
}

void Listener::bind(const ListenerSpec& spec) {
  if (srt_listen_callback(socketId_, &Listener::onHandshake, this) == SRT_ERROR) {
    throw EngineError("SRT_BIND", std::string("no handshake callback: ") + srt_getlasterror_str());
  }
  const SocketAddress address = SocketAddress::parse(spec.host, spec.port);
  if (srt_bind(socketId_, address.get(), static_cast<int>(address.size())) == SRT_ERROR) {
    throw EngineError("SRT_BIND",
                      "UDP " + spec.host + " port " + std::to_string(spec.port) + ": " + srt_getlasterror_str());
  }
}

void Listener::listen() {
  if (srt_listen(socketId_, backlog_) == SRT_ERROR) {
    throw EngineError("SRT_BIND", "'" + name_ + "' cannot listen: " + srt_getlasterror_str());
  }
}

void Listener::close() { socket_.close(); }

// On libsrt's receiver thread of the port: every microsecond here delays all its connections.
int Listener::onHandshake(void* self, SRTSOCKET incoming, int /*hsVersion*/, const sockaddr* peer,
                          const char* streamId) {
  auto& listener = *static_cast<Listener*>(self);
  const auto refused = listener.answer(incoming, peer, streamId == nullptr ? "" : streamId);
  if (!refused) {
    listener.onAdmitted_();
    return 0;
  }
  srt_setrejectreason(incoming, rejectCode(*refused));
  return -1;
}

std::optional<RefuseReason> Listener::answer(SRTSOCKET incoming, const sockaddr* peer, std::string_view streamId) {
  const std::string peerAddress = SocketAddress(peer).text();
  const Admission admission = services_.admitNow(streamId, role_, peerAddress);
  if (const auto* refused = std::get_if<Refused>(&admission)) {
    services_.outbox.refused({name_, refused->reason, peerAddress, refused->streamId});
    return refused->reason;
  }
  const auto& admitted = std::get<Admitted>(admission);
  const bool hasOwnPassphrase = admitted.rules && !admitted.rules->passphrase.empty();
  if (hasOwnPassphrase && !setPassphrase(incoming, admitted.rules->passphrase)) {
    services_.outbox.log(true, "sls", std::string("a stream's passphrase was not taken: ") + srt_getlasterror_str());
    services_.outbox.refused({name_, RefuseReason::NotReady, peerAddress, admitted.streamId});
    return RefuseReason::NotReady;
  }
  EncryptionWatch::admitted(services_.outbox, name_, peerAddress, admitted.streamId,
                            hasPassphrase_ || hasOwnPassphrase);
  return std::nullopt;
}

std::optional<Accepted> Listener::accept() {
  Socket socket(srt_accept(socketId_, nullptr, nullptr));
  if (!socket.isValid()) return std::nullopt;
  const std::string streamId = streamIdOf(socket.id());
  std::string peer = peerText(socket.id());
  const int maxMessageBytes = maxMessageBytesOf(socket.id());
  // Asked again: the table, the publisher or the number of connections may have changed since the handshake.
  auto booked = services_.bookNow(streamId, role_, peer);
  if (auto* admission = std::get_if<Booked>(&booked);
      admission != nullptr && role_ == Role::Play && maxMessageBytes < kLeastPlayerMessageBytes) {
    booked = Refused{RefuseReason::Malformed, std::move(admission->admitted.streamId)};
  }
  if (const auto* refused = std::get_if<Refused>(&booked)) {
    services_.outbox.refused({name_, refused->reason, peer, refused->streamId, latencyMsOf(socket.id(), role_),
                              encryptionOf(socket.id(), role_)});
    return std::nullopt;
  }
  auto& [admitted, booking] = std::get<Booked>(booked);
  IdentityPtr identity = identityOf(socket, std::move(admitted), std::move(peer));
  return Accepted{std::move(socket), std::move(identity), policy_, std::move(booking),
                  static_cast<std::size_t>(maxMessageBytes)};
}

IdentityPtr Listener::identityOf(const Socket& socket, Admitted admitted, std::string peer) const {
  auto identity = std::make_shared<ConnectionIdentity>();
  identity->id = services_.registry.nextId();
  identity->listener = name_;
  identity->role = role_;
  identity->streamId = std::move(admitted.streamId);
  identity->streamKey = std::move(admitted.streamKey);
  identity->peer = std::move(peer);
  identity->latencyMs = latencyMsOf(socket.id(), role_);
  identity->srtVersion = peerVersionOf(socket.id());
  identity->encrypted = encryptionOf(socket.id(), role_) == PeerEncryption::Encrypted;
  identity->keyLengthBytes = identity->encrypted ? keyLengthOf(socket.id()) : 0;
  identity->tokenId = std::move(admitted.token.tokenId);
  identity->tokenMaxUses = admitted.token.maxUses;
  identity->tokenExpiresAtS = admitted.token.expiresAtS;
  return identity;
}

}  // namespace sls::libsrt
