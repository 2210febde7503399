// One bound UDP port: its options, and the answer to each handshake.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/booking.h"
#include "core/event.h"
#include "core/options.h"
#include "core/services.h"
#include "core/session.h"
#include "libsrt/socket.h"

namespace sls::libsrt {

// A connection whose handshake is done and that still has a route.
struct Accepted {
  Socket socket;
  IdentityPtr identity;
  SharedPolicy policy;
  Booking booking;
  std::size_t maxMessageBytes = 0;
};

class Listener {
 public:
  // Called on libsrt's receiver thread when a handshake was admitted; the connection follows.
  using OnAdmitted = std::function<void()>;

  // Binds; listen() starts. Throws EngineError SRT_BIND, SRT_OPTION.
  Listener(const ListenerSpec& spec, Services& services, OnAdmitted onAdmitted);

  void listen();
  // Later handshakes meet a closed port; may be called twice, from any thread.
  void close();
  // Empty: nothing was waiting, or its stream ID lost its route since the handshake.
  std::optional<Accepted> accept();

  SRTSOCKET socketId() const { return socketId_; }
  void setPolicy(const ListenerPolicy& policy) { policy_->set(std::make_shared<const ListenerPolicy>(policy)); }

 private:
  static int onHandshake(void* self, SRTSOCKET incoming, int hsVersion, const sockaddr* peer, const char* streamId);
  void applyOptions(const ListenerSpec& spec);
  void bind(const ListenerSpec& spec);
  // Nullopt: libsrt may go on with this handshake.
  std::optional<RefuseReason> answer(SRTSOCKET incoming, const sockaddr* peer, std::string_view streamId);
  IdentityPtr identityOf(const Socket& socket, Admitted admitted, std::string peer) const;

  Services& services_;     // Passed by argument.
  OnAdmitted onAdmitted_;  // Passed by argument.
  const std::string name_;
  const Role role_;
  const int backlog_;
  const bool hasPassphrase_;
  SharedPolicy policy_;
  Socket socket_;
  const SRTSOCKET socketId_;  // Stays readable for the worker while another thread closes.
};

}  // namespace sls::libsrt
