// What carries the packets. Calls come from the JavaScript thread and never wait for a worker, except stop().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/options.h"
#include "core/tap.h"

namespace sls {

struct Services;

class Transport {
 public:
  virtual ~Transport() = default;

  // Throws EngineError: SRT_BIND, SRT_OPTION.
  virtual void open(const ListenerSpec& spec) = 0;
  virtual bool close(const std::string& listenerName) = 0;
  virtual bool configure(const std::string& listenerName, const ListenerPolicy& policy) = 0;
  virtual bool decide(ConnectionId id, bool isAdmitted) = 0;
  virtual bool kick(ConnectionId id) = 0;
  // A stream that has ended by the time its worker looks: the tap is closed.
  virtual void addTap(const std::string& streamKey, TapPtr tap) = 0;
  // Appends the workers' last samples.
  virtual void sample(std::vector<ConnectionStats>& out) const = 0;
  // Closes everything and joins every thread; idempotent.
  virtual void stop() = 0;
};

std::unique_ptr<Transport> makeLibsrtTransport(Services& services);
std::unique_ptr<Transport> makeDirectTransport(Services& services);
std::string libsrtVersion();

}  // namespace sls
