// What every transport stands on: the tables, the outbox, the registry. Owned by the engine.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/admission.h"
#include "core/booking.h"
#include "core/live_streams.h"
#include "core/options.h"
#include "core/outbox.h"
#include "core/published.h"
#include "core/registry.h"
#include "core/route_table.h"
#include "core/tap.h"

namespace sls {

// Admitted for good.
struct Booked {
  Admitted admitted;
  Booking booking;
};

struct Services {
  Services(EngineSpec engineSpec, std::function<void()> wake) : spec(std::move(engineSpec)), outbox(std::move(wake)) {}

  // Any thread; for a handshake: nothing is counted, the accepting worker decides again.
  Admission admitNow(std::string_view streamId, Role role, std::string_view peer) const {
    const auto table = routes.get();
    const auto secret = tokenSecret.get();
    return admit({.streamId = streamId,
                  .role = role,
                  .peer = peer,
                  .nowMs = monoNowMs(),
                  .nowS = wallNowMs() / 1000,
                  .isOpen = isOpen,
                  .connectionCount = registry.count(),
                  .maxConnections = spec.maxConnections},
                 {*table, live, *secret, tokenUses, players});
  }

  // The same for an accepted connection: what it occupies is taken.
  std::variant<Booked, Refused> bookNow(std::string_view streamId, Role role, std::string_view peer) {
    Admission admission = admitNow(streamId, role, peer);
    if (auto* refused = std::get_if<Refused>(&admission)) return std::move(*refused);
    auto& admitted = std::get<Admitted>(admission);
    auto booking = Booking::take(admitted, role, wallNowMs() / 1000, players, tokenUses);
    if (const auto* reason = std::get_if<RefuseReason>(&booking)) {
      return Refused{*reason, std::move(admitted.streamId)};
    }
    return Booked{std::move(admitted), std::move(std::get<Booking>(booking))};
  }

  const EngineSpec spec;
  Published<RouteTable> routes{std::make_shared<const RouteTable>()};
  Published<std::string> tokenSecret{std::make_shared<const std::string>()};
  LiveStreams live;
  TokenUses tokenUses;
  PlayerCounts players;
  TapTotals taps;
  Outbox outbox;
  ConnectionRegistry registry;
  std::atomic<bool> isOpen{false};  // Closed until the first route table, and again while draining.
};

}  // namespace sls
