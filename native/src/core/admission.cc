#include "core/admission.h"

#include <optional>
#include <utility>

#include "core/network_set.h"
#include "core/play_token.h"
#include "core/stream_id.h"

namespace sls {
namespace {

constexpr Role other(Role role) { return role == Role::Publish ? Role::Play : Role::Publish; }

// The route a peer asks for, and the token it shows for it.
struct Wanted {
  const Route* route = nullptr;
  bool hasToken = false;
  std::optional<TokenClaims> token;  // Empty with hasToken: not ours.
};

using Resolved = std::variant<Wanted, RefuseReason>;

// A token without `r` stands for its route by itself.
Resolved byToken(std::string_view token, const AdmissionTables& tables) {
  std::optional<TokenClaims> claims = verifyPlayToken(token, tables.tokenSecret);
  const Route* route = claims ? tables.routes.findByTokenSubject(claims->subject) : nullptr;
  if (route == nullptr) return RefuseReason::TokenInvalid;
  return Wanted{route, true, std::move(claims)};
}

Resolved resolve(const AdmissionRequest& request, const AdmissionTables& tables) {
  const RouteTable& routes = tables.routes;
  if (!isAcceptableStreamId(request.streamId)) return RefuseReason::Malformed;
  // Literal first: the server we replace knows nothing else, and its database may hold any text.
  if (const Route* route = routes.find(request.role, request.streamId)) return Wanted{route, false, {}};
  const bool isLiterallyElsewhere = routes.find(other(request.role), request.streamId) != nullptr;
  const std::optional<StreamIdRequest> parsed = parseStreamId(request.streamId);
  if (!parsed) return isLiterallyElsewhere ? RefuseReason::Forbidden : RefuseReason::Malformed;
  if (parsed->token && request.role == Role::Publish) return RefuseReason::Forbidden;
  const bool isOtherRole = parsed->role && *parsed->role != request.role;
  if (parsed->resource.empty()) return isOtherRole ? RefuseReason::Forbidden : byToken(*parsed->token, tables);
  const Route* route = routes.find(request.role, parsed->resource);
  const bool isKnownElsewhere = isLiterallyElsewhere || routes.find(other(request.role), parsed->resource) != nullptr;
  if (route == nullptr) return isKnownElsewhere ? RefuseReason::Forbidden : RefuseReason::UnknownStreamId;
  if (isOtherRole) return RefuseReason::Forbidden;
  if (!parsed->token) return Wanted{route, false, {}};
  return Wanted{route, true, verifyPlayToken(*parsed->token, tables.tokenSecret)};
}

bool isWithin(const NetworkSet& networks, std::string_view peer) {
  if (networks.isEmpty()) return true;
  const std::optional<IpAddress> address = addressOfPeer(peer);
  return address && networks.contains(*address);
}

std::optional<RefuseReason> tokenProblem(const Wanted& wanted, const RouteRules& rules, const AdmissionRequest& request,
                                         const TokenUses& uses) {
  if (!wanted.hasToken) {
    const bool isMissing = rules.isTokenRequired && wanted.route->role == Role::Play;
    return isMissing ? std::optional(RefuseReason::TokenMissing) : std::nullopt;
  }
  if (!wanted.token) return RefuseReason::TokenInvalid;
  const TokenClaims& token = *wanted.token;
  const bool isForThisRoute = !rules.tokenSubject.empty() && token.subject == rules.tokenSubject;
  if (!isForThisRoute || token.issuedAtS < rules.tokensNotBeforeS) return RefuseReason::TokenInvalid;
  if (!isWithin(token.network, request.peer)) return RefuseReason::TokenInvalid;
  if (request.nowS < token.notBeforeS) return RefuseReason::TokenInvalid;
  if (request.nowS >= token.expiresAtS) return RefuseReason::TokenExpired;
  if (token.maxUses > 0 && uses.isUsedUp(token.tokenId, token.maxUses)) return RefuseReason::TokenUsedUp;
  return std::nullopt;
}

// Why this peer may not use a route it has found.
std::optional<RefuseReason> problemOf(const Wanted& wanted, const AdmissionRequest& request,
                                      const AdmissionTables& tables) {
  static const RouteRules kNone;
  const RouteRules& rules = wanted.route->rules ? *wanted.route->rules : kNone;
  if (!isWithin(rules.networks, request.peer)) return RefuseReason::Network;
  if (const auto problem = tokenProblem(wanted, rules, request, tables.tokenUses)) return problem;
  const auto stream = tables.live.find(wanted.route->streamKey);
  if (request.role == Role::Play && !stream) return RefuseReason::NotLive;
  if (request.role == Role::Publish && stream && stream->isHeld(request.nowMs)) {
    return RefuseReason::DuplicatePublisher;
  }
  if (request.role == Role::Play && tables.players.isFull(wanted.route->streamId, rules.maxPlayers)) {
    return RefuseReason::PlayerLimit;
  }
  if (request.connectionCount >= request.maxConnections) return RefuseReason::Overload;
  return std::nullopt;
}

}  // namespace

Admission admit(const AdmissionRequest& request, const AdmissionTables& tables) {
  if (!request.isOpen) return Refused{RefuseReason::NotReady, withoutTokens(request.streamId)};
  Resolved resolved = resolve(request, tables);
  if (const auto* reason = std::get_if<RefuseReason>(&resolved)) {
    return Refused{*reason, withoutTokens(request.streamId)};
  }
  auto& wanted = std::get<Wanted>(resolved);
  const Route& route = *wanted.route;
  if (const auto reason = problemOf(wanted, request, tables)) return Refused{*reason, route.streamId};
  Admitted admitted{route.streamId, route.streamKey, route.rules, {}};
  if (wanted.token) {
    admitted.token = {std::move(wanted.token->tokenId), wanted.token->maxUses, wanted.token->expiresAtS};
  }
  return admitted;
}

}  // namespace sls
