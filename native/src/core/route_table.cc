#include "core/route_table.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace sls {

namespace {

void append(std::vector<std::shared_ptr<const Route>>& routes, std::vector<Route> more) {
  routes.reserve(routes.size() + more.size());
  for (Route& route : more) routes.push_back(std::make_shared<const Route>(std::move(route)));
}

std::vector<std::shared_ptr<const Route>> shared(std::vector<Route> routes) {
  std::vector<std::shared_ptr<const Route>> result;
  append(result, std::move(routes));
  return result;
}

}  // namespace

RouteTable::RouteTable(std::uint64_t version, std::vector<Route> routes)
    : RouteTable(version, shared(std::move(routes))) {}

RouteTable::RouteTable(std::uint64_t version, Routes routes) : version_(version), routes_(std::move(routes)) {
  const auto isPublish = [](const auto& route) { return route->role == Role::Publish; };
  const auto publishers = static_cast<std::size_t>(std::count_if(routes_.begin(), routes_.end(), isPublish));
  publish_.reserve(publishers);
  play_.reserve(routes_.size() - publishers);
  byTokenSubject_.reserve(routes_.size() - publishers);
  for (const auto& shared : routes_) {
    const Route& route = *shared;
    Map& map = route.role == Role::Publish ? publish_ : play_;
    map.insert_or_assign(route.streamId, &route);
    const bool standsForTokens = route.role == Role::Play && route.rules && !route.rules->tokenSubject.empty();
    if (standsForTokens) byTokenSubject_.insert_or_assign(route.rules->tokenSubject, &route);
  }
}

std::shared_ptr<const RouteTable> RouteTable::changed(std::uint64_t version, const std::vector<RouteName>& gone,
                                                      std::vector<Route> put) const {
  std::unordered_set<const Route*> leaving;
  for (const RouteName& name : gone) leaving.insert(find(name.role, name.streamId));
  for (const Route& route : put) leaving.insert(find(route.role, route.streamId));
  Routes routes;
  routes.reserve(routes_.size() + put.size());
  for (const auto& route : routes_) {
    // Of two with one stream ID only the later one is found, and the other must not come back.
    if (!leaving.contains(route.get()) && find(route->role, route->streamId) == route.get()) routes.push_back(route);
  }
  append(routes, std::move(put));
  return std::shared_ptr<const RouteTable>(new RouteTable(version, std::move(routes)));  // NOLINT: private constructor.
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
