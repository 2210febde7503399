#include "core/admission.h"

#include <optional>

#include "core/stream_id.h"

namespace sls {
namespace {

constexpr Role other(Role role) { return role == Role::Publish ? Role::Play : Role::Publish; }

std::variant<Admitted, RefuseReason> resolve(const AdmissionRequest& request, const RouteTable& routes) {
  if (!isAcceptableStreamId(request.streamId)) return RefuseReason::Malformed;
  // Literal first: the server we replace knows nothing else, and its database may hold any text.
  if (const std::string* key = routes.find(request.role, request.streamId)) {
    return Admitted{std::string(request.streamId), *key};
  }
  const bool isLiterallyElsewhere = routes.find(other(request.role), request.streamId) != nullptr;
  const std::optional<StreamIdRequest> parsed = parseStreamId(request.streamId);
  if (!parsed) return isLiterallyElsewhere ? RefuseReason::Forbidden : RefuseReason::Malformed;
  const std::string* key = routes.find(request.role, parsed->resource);
  const bool isKnownElsewhere = isLiterallyElsewhere || routes.find(other(request.role), parsed->resource) != nullptr;
  if (key == nullptr) return isKnownElsewhere ? RefuseReason::Forbidden : RefuseReason::UnknownStreamId;
  if (parsed->role && *parsed->role != request.role) return RefuseReason::Forbidden;
  return Admitted{std::string(parsed->resource), *key};
}

}  // namespace

Admission admit(const AdmissionRequest& request, const RouteTable& routes, const LiveStreams& live) {
  if (!request.isOpen) return RefuseReason::NotReady;
  Admission result = resolve(request, routes);
  const Admitted* admitted = std::get_if<Admitted>(&result);
  if (admitted == nullptr) return result;
  const auto stream = live.find(admitted->streamKey);
  if (request.role == Role::Play && !stream) return RefuseReason::NotLive;
  if (request.role == Role::Publish && stream && stream->isHeld(request.nowMs)) {
    return RefuseReason::DuplicatePublisher;
  }
  if (request.connectionCount >= request.maxConnections) return RefuseReason::Overload;
  return result;
}

}  // namespace sls
