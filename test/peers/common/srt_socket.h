#pragma once

#include <netinet/in.h>
#include <srt/srt.h>

#include <string>
#include <utility>

namespace peers {

/// Holds libsrt between srt_startup and srt_cleanup.
class SrtLibrary {
 public:
  SrtLibrary();
  ~SrtLibrary() { srt_cleanup(); }
  SrtLibrary(const SrtLibrary&) = delete;
  SrtLibrary& operator=(const SrtLibrary&) = delete;
};

/// Owns an SRT socket.
class SrtSocket {
 public:
  /// Throws std::runtime_error.
  SrtSocket();
  explicit SrtSocket(SRTSOCKET id) : id_(id) {}
  ~SrtSocket() { close(); }
  SrtSocket(SrtSocket&& other) noexcept : id_(std::exchange(other.id_, SRT_INVALID_SOCK)) {}
  SrtSocket& operator=(SrtSocket&& other) noexcept;
  SrtSocket(const SrtSocket&) = delete;
  SrtSocket& operator=(const SrtSocket&) = delete;

  SRTSOCKET id() const { return id_; }
  void close();
  /// Throws std::runtime_error naming the option.
  template <typename T>
  void set(SRT_SOCKOPT option, const T& value) {
    setBytes(option, &value, sizeof value);
  }
  void setText(SRT_SOCKOPT option, const std::string& text) { setBytes(option, text.data(), text.size()); }
  /// 0 when libsrt does not answer.
  int get(SRT_SOCKOPT option) const;

 private:
  void setBytes(SRT_SOCKOPT option, const void* value, std::size_t size);

  SRTSOCKET id_;
};

/// Owns an SRT epoll.
class SrtEpoll {
 public:
  SrtEpoll();
  ~SrtEpoll() { srt_epoll_release(id_); }
  SrtEpoll(const SrtEpoll&) = delete;
  SrtEpoll& operator=(const SrtEpoll&) = delete;

  int id() const { return id_; }
  void watch(SRTSOCKET socket, int events);

 private:
  int id_;
};

/// `host` is an IPv4 address. Throws UsageError.
sockaddr_in ipv4Address(const std::string& host, int port);

/// What every socket here has: live mode, messages up to 1456 bytes, room for bursts in the UDP buffers.
void setLiveOptions(SrtSocket& socket, int latencyMs);

/// The text of the last libsrt error of this thread.
std::string lastSrtError();

}  // namespace peers
