// One libsrt socket, closed with its owner, and the questions we ask of it.
#pragma once

#include <srt/srt.h>

#include <cstdint>
#include <string>
#include <utility>

#include "core/options.h"

namespace sls::libsrt {

class Socket {
 public:
  Socket() = default;
  explicit Socket(SRTSOCKET id) : id_(id) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : id_(std::exchange(other.id_, SRT_INVALID_SOCK)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }

  SRTSOCKET id() const { return id_; }
  bool isValid() const { return id_ != SRT_INVALID_SOCK; }
  void close() {
    if (isValid()) srt_close(std::exchange(id_, SRT_INVALID_SOCK));
  }

 private:
  SRTSOCKET id_ = SRT_INVALID_SOCK;
};

// Throws EngineError SRT_OPTION naming the option.
void setOption(SRTSOCKET socket, SRT_SOCKOPT option, const char* name, int value);
void setOption(SRTSOCKET socket, SRT_SOCKOPT option, const char* name, bool value);
void setOption(SRTSOCKET socket, SRT_SOCKOPT option, const char* name, const std::string& value);

// False: libsrt refuses it. For a socket whose handshake is being answered (libsrt docs, srt_listen_callback).
bool setPassphrase(SRTSOCKET socket, const std::string& passphrase);

// Facts of an accepted connection that its negotiation settled.
std::string peerText(SRTSOCKET socket);
std::string streamIdOf(SRTSOCKET socket);
int latencyMsOf(SRTSOCKET socket, Role role);
std::string peerVersionOf(SRTSOCKET socket);
// The largest message that fits into one packet for this peer; 0 or less for a forged segment size.
int maxMessageBytesOf(SRTSOCKET socket);
PeerEncryption encryptionOf(SRTSOCKET socket, Role role);
// Of an encrypted connection.
int keyLengthOf(SRTSOCKET socket);

}  // namespace sls::libsrt
