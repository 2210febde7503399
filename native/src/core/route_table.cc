#include "core/route_table.h"

#include <utility>

namespace sls {

RouteTable::RouteTable(std::uint64_t version, std::vector<Route> routes) : version_(version) {
  for (Route& route : routes) {
    Map& map = route.role == Role::Publish ? publish_ : play_;
    map.insert_or_assign(std::move(route.streamId), std::move(route.streamKey));
  }
}

const std::string* RouteTable::find(Role role, std::string_view streamId) const {
  const Map& map = role == Role::Publish ? publish_ : play_;
  const auto found = map.find(streamId);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace sls
