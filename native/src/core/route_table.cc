#include "core/route_table.h"

#include <algorithm>
#include <utility>

namespace sls {

RouteTable::RouteTable(std::uint64_t version, std::vector<Route> routes)
    : version_(version), routes_(std::move(routes)) {
  const auto publishers = static_cast<std::size_t>(
      std::count_if(routes_.begin(), routes_.end(), [](const Route& route) { return route.role == Role::Publish; }));
  publish_.reserve(publishers);
  play_.reserve(routes_.size() - publishers);
  byTokenSubject_.reserve(routes_.size() - publishers);
  for (const Route& route : routes_) {
    Map& map = route.role == Role::Publish ? publish_ : play_;
    map.insert_or_assign(route.streamId, &route);
    const bool standsForTokens = route.role == Role::Play && route.rules && !route.rules->tokenSubject.empty();
    if (standsForTokens) byTokenSubject_.insert_or_assign(route.rules->tokenSubject, &route);
  }
}

const Route* RouteTable::find(Role role, std::string_view streamId) const {
  const Map& map = mapOf(role);
  const auto found = map.find(streamId);
  return found == map.end() ? nullptr : found->second;
}

const Route* RouteTable::findByTokenSubject(std::string_view subject) const {
  const auto found = byTokenSubject_.find(subject);
  if (found == byTokenSubject_.end()) return nullptr;
  // A route that a later one with the same stream ID has replaced is not there.
  const Route* route = found->second;
  return find(Role::Play, route->streamId) == route ? route : nullptr;
}

}  // namespace sls
