// Decides a handshake from tables in memory. Pure: no lock is held, nothing is remembered.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/clock.h"
#include "core/live_streams.h"
#include "core/options.h"
#include "core/route_table.h"

namespace sls {

struct AdmissionRequest {
  std::string_view streamId;  // As the peer sent it.
  Role role = Role::Play;     // Of the port it came to.
  MonoMs nowMs = 0;
  bool isOpen = false;  // A route table is in force and the engine is not draining.
  int connectionCount = 0;
  int maxConnections = 0;
};

// The route's own stream ID, not the notation the peer wrote it in.
struct Admitted {
  std::string streamId;
  std::string streamKey;
};

using Admission = std::variant<Admitted, RefuseReason>;

// Order: not-ready, malformed, the ID as a literal text, the ID in one of the known notations, forbidden (a
// known ID on the port of the other role), unknown, not-live or duplicate-publisher, overload last, so that a
// stranger learns nothing about the load.
Admission admit(const AdmissionRequest& request, const RouteTable& routes, const LiveStreams& live);

}  // namespace sls
