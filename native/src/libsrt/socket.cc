#include "libsrt/socket.h"

#include <array>

#include "core/error.h"
#include "core/socket_address.h"
#include "core/stream_id.h"

namespace sls::libsrt {
namespace {

void setRaw(SRTSOCKET socket, SRT_SOCKOPT option, const char* name, const void* value, int size) {
  if (srt_setsockflag(socket, option, value, size) == SRT_ERROR) {
    throw EngineError("SRT_OPTION", std::string(name) + ": " + srt_getlasterror_str());
  }
}

int intOption(SRTSOCKET socket, SRT_SOCKOPT option) {
  int value = 0;
  int size = sizeof value;
  return srt_getsockflag(socket, option, &value, &size) == SRT_ERROR ? 0 : value;
}

}  // namespace

void setOption(SRTSOCKET socket, SRT_SOCKOPT option, const char* name, int value) {
  setRaw(socket, option, name, &value, sizeof value);
}

void setOption(SRTSOCKET socket, SRT_SOCKOPT option, const char* name, bool value) {
  setRaw(socket, option, name, &value, sizeof value);
}

void setOption(SRTSOCKET socket, SRT_SOCKOPT option, const char* name, const std::string& value) {
  setRaw(socket, option, name, value.data(), static_cast<int>(value.size()));
}

bool setPassphrase(SRTSOCKET socket, const std::string& passphrase) {
  const auto size = static_cast<int>(passphrase.size());
  return srt_setsockflag(socket, SRTO_PASSPHRASE, passphrase.data(), size) != SRT_ERROR;
}

std::string peerText(SRTSOCKET socket) {
  sockaddr_storage address{};
  int size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  return srt_getpeername(socket, generic, &size) == SRT_ERROR ? "unknown" : SocketAddress(generic).text();
}

std::string streamIdOf(SRTSOCKET socket) {
  std::array<char, kMaxStreamIdBytes + 1> text{};
  int size = static_cast<int>(text.size());
  if (srt_getsockflag(socket, SRTO_STREAMID, text.data(), &size) == SRT_ERROR || size < 0) return {};
  return {text.data(), static_cast<std::size_t>(size)};
}

int latencyMsOf(SRTSOCKET socket, Role role) {
  return intOption(socket, role == Role::Publish ? SRTO_RCVLATENCY : SRTO_PEERLATENCY);
}

std::string peerVersionOf(SRTSOCKET socket) {
  const auto version = static_cast<unsigned>(intOption(socket, SRTO_PEERVERSION));
  return std::to_string((version >> 16U) & 0xFFU) + '.' + std::to_string((version >> 8U) & 0xFFU) + '.' +
         std::to_string(version & 0xFFU);
}

int maxMessageBytesOf(SRTSOCKET socket) {
  constexpr int kHeaderBytes = 16 + 28;  // SRT, and UDP with IPv4.
  return intOption(socket, SRTO_MSS) - kHeaderBytes;
}

PeerEncryption encryptionOf(SRTSOCKET socket, Role role) {
  const int state = intOption(socket, role == Role::Publish ? SRTO_RCVKMSTATE : SRTO_SNDKMSTATE);
  return state == SRT_KM_S_SECURED ? PeerEncryption::Encrypted : PeerEncryption::None;
}

int keyLengthOf(SRTSOCKET socket) { return intOption(socket, SRTO_PBKEYLEN); }

}  // namespace sls::libsrt
