// Who may connect as what: immutable once built, replaced whole.
#pragma once

#include <cstdint>
#include <functional>
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

  // The route of a stream ID; of two with one stream ID the later one. Nullptr: none.
  const Route* find(Role role, std::string_view streamId) const;
  // The play route that the tokens with this `sub` claim stand for; nullptr: none, or '' was asked for.
  const Route* findByTokenSubject(std::string_view subject) const;
  std::uint64_t version() const { return version_; }

 private:
  using Map = std::unordered_map<std::string_view, const Route*>;
  const Map& mapOf(Role role) const { return role == Role::Publish ? publish_ : play_; }

  std::uint64_t version_ = 0;
  std::vector<Route> routes_;
  Map publish_;
  Map play_;
  Map byTokenSubject_;
};

}  // namespace sls
