// Who may connect as what: immutable once built, replaced whole.
#pragma once

#include <cstdint>
#include <functional>
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

  // The stream that `streamId` may publish or play; nullptr: no such route.
  const std::string* find(Role role, std::string_view streamId) const;
  std::uint64_t version() const { return version_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Map = std::unordered_map<std::string, std::string, Hash, std::equal_to<>>;

  std::uint64_t version_ = 0;
  Map publish_;
  Map play_;
};

}  // namespace sls
