// A small route table and a request. Input: one byte of flags, one byte of load, the stream ID as one line, then
// the routes, a line each: 'P' or 'p' = publish, else play; the first space ends the stream ID, the key follows.
// A key's first letter says how its stream is: 'L' delivering, 'S' silent for too long, 'W' waiting, else not there.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/admission.h"
#include "core/stream_id.h"
#include "invariant.h"

using namespace sls;

namespace {

constexpr MonoMs kNowMs = 1'000'000;
constexpr int kMaxConnections = 128;

std::vector<Route> readRoutes(fuzz::Input& input, LiveStreams& live) {
  std::vector<Route> routes;
  while (!input.isEmpty() && routes.size() < 16) {
    std::string_view line = input.line();
    if (line.empty()) continue;
    Route route;
    route.role = line.front() == 'P' || line.front() == 'p' ? Role::Publish : Role::Play;
    line.remove_prefix(1);
    const std::size_t space = line.find(' ');
    route.streamId = line.substr(0, space);
    if (space != std::string_view::npos) route.streamKey = line.substr(space + 1);
    const char kind = route.streamKey.empty() ? '-' : route.streamKey.front();
    if (kind == 'L' || kind == 'S' || kind == 'W') {
      const auto stream = live.add(route.streamKey);
      stream->takeoverAfterMs = 1000;
      stream->lastArrivalMs = kind == 'S' ? kNowMs - 1000 : kNowMs - 1;
      stream->hasPublisher = kind != 'W';
    }
    routes.push_back(std::move(route));
  }
  return routes;
}

// The last of equal routes counts, as in the table; written as a search so that it shares nothing with it.
const Route* search(const std::vector<Route>& routes, Role role, std::string_view streamId) {
  const Route* found = nullptr;
  for (const Route& route : routes) {
    if (route.role == role && route.streamId == streamId) found = &route;
  }
  return found;
}

void checkAdmitted(const Admitted& admitted, const AdmissionRequest& request, const std::vector<Route>& routes) {
  const Route* route = search(routes, request.role, admitted.streamId);
  INVARIANT(request.isOpen);
  INVARIANT(isAcceptableStreamId(request.streamId));
  INVARIANT(route != nullptr);
  INVARIANT(route->streamKey == admitted.streamKey);
  INVARIANT(request.connectionCount < request.maxConnections);
  const char kind = admitted.streamKey.empty() ? '-' : admitted.streamKey.front();
  const bool isThere = kind == 'L' || kind == 'S' || kind == 'W';
  INVARIANT(request.role == Role::Publish ? kind != 'L' : isThere);
  if (admitted.streamId == request.streamId) return;
  // By a notation: only if the text is not itself a route of this port, and asks for no other role.
  INVARIANT(search(routes, request.role, request.streamId) == nullptr);
  const auto parsed = parseStreamId(request.streamId);
  INVARIANT(parsed && parsed->resource == admitted.streamId);
  INVARIANT(!parsed->role || *parsed->role == request.role);
}

void checkRefused(RefuseReason reason, const AdmissionRequest& request, const std::vector<Route>& routes) {
  INVARIANT((reason == RefuseReason::NotReady) == !request.isOpen);
  if (reason == RefuseReason::NotReady) return;
  const bool isLiteral = isAcceptableStreamId(request.streamId) && search(routes, request.role, request.streamId);
  const Role other = request.role == Role::Publish ? Role::Play : Role::Publish;
  const auto parsed = parseStreamId(request.streamId);
  const Route* here = parsed ? search(routes, request.role, parsed->resource) : nullptr;
  switch (reason) {
    case RefuseReason::NotReady: break;
    case RefuseReason::Malformed: INVARIANT(!isAcceptableStreamId(request.streamId) || (!isLiteral && !parsed)); break;
    case RefuseReason::UnknownStreamId: INVARIANT(!isLiteral && here == nullptr); break;
    case RefuseReason::Forbidden:
      INVARIANT(!isLiteral && (parsed || search(routes, other, request.streamId) != nullptr));
      break;
    case RefuseReason::NotLive:
      INVARIANT(request.role == Role::Play);
      INVARIANT(isLiteral || here != nullptr);
      break;
    case RefuseReason::DuplicatePublisher:
      INVARIANT(request.role == Role::Publish);
      INVARIANT(isLiteral || here != nullptr);
      break;
    case RefuseReason::Overload:
      INVARIANT(request.connectionCount >= request.maxConnections);
      INVARIANT(isLiteral || here != nullptr);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t flags = input.byte();
  AdmissionRequest request;
  request.role = (flags & 1U) != 0 ? Role::Publish : Role::Play;
  request.isOpen = (flags & 2U) == 0;
  request.nowMs = kNowMs;
  request.connectionCount = input.byte();
  request.maxConnections = kMaxConnections;
  request.streamId = input.line();
  LiveStreams live;
  const std::vector<Route> routes = readRoutes(input, live);
  const Admission admission = admit(request, RouteTable(1, routes), live);
  if (const auto* admitted = std::get_if<Admitted>(&admission)) {
    checkAdmitted(*admitted, request, routes);
  } else {
    checkRefused(std::get<RefuseReason>(admission), request, routes);
  }
  return 0;
}
