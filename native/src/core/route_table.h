// Who may connect as what: immutable once built, replaced whole. A changed table shares the routes that stay.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/options.h"

namespace sls {

class RouteTable {
 public:
  RouteTable() = default;
  RouteTable(std::uint64_t version, std::vector<Route> routes);
  // The maps point into the routes.
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // This table without what `gone` names, and with the routes of `put` in place of those with their stream IDs.
  std::shared_ptr<const RouteTable> changed(std::uint64_t version, const std::vector<RouteName>& gone,
                                            std::vector<Route> put) const;

  // The route of a stream ID; of two with one stream ID the later one. Nullptr: none.
  const Route* find(Role role, std::string_view streamId) const;
  // The play route that the tokens with this `sub` claim stand for; nullptr: none, or '' was asked for.
  const Route* findByTokenSubject(std::string_view subject) const;
  std::uint64_t version() const { return version_; }

 private:
  using Routes = std::vector<std::shared_ptr<const Route>>;
  using Map = std::unordered_map<std::string_view, const Route*>;
  RouteTable(std::uint64_t version, Routes routes);
  const Map& mapOf(Role role) const { return role == Role::Publish ? publish_ : play_; }

  std::uint64_t version_ = 0;
  Routes routes_;
  Map publish_;
  Map play_;
  Map byTokenSubject_;
};

}  // namespace sls
