// What every transport stands on: the tables, the outbox, the registry. Owned by the engine.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "core/admission.h"
#include "core/live_streams.h"
#include "core/options.h"
#include "core/outbox.h"
#include "core/published.h"
#include "core/registry.h"
#include "core/route_table.h"

namespace sls {

struct Services {
  Services(EngineSpec engineSpec, std::function<void()> wake) : spec(std::move(engineSpec)), outbox(std::move(wake)) {}

  // Any thread. The registry is asked, not booked: the accepting worker decides again.
  Admission admitNow(std::string_view streamId, Role role) const {
    const auto table = routes.get();
    return admit({.streamId = streamId,
                  .role = role,
                  .nowMs = monoNowMs(),
                  .isOpen = isOpen,
                  .connectionCount = registry.count(),
                  .maxConnections = spec.maxConnections},
                 *table, live);
  }

  const EngineSpec spec;
  Published<RouteTable> routes{std::make_shared<const RouteTable>()};
  LiveStreams live;
  Outbox outbox;
  ConnectionRegistry registry;
  std::atomic<bool> isOpen{false};  // Closed until the first route table, and again while draining.
};

}  // namespace sls
