// A small route table and a request. Input: one byte of flags, one byte of load, the stream ID as one line, then
// the routes, a line each: 'P' or 'p' = publish, else play; the first space ends the stream ID, the key follows, and
// after a tab the rules. A key's first letter says how its stream is: 'L' delivering, 'S' silent for too long, 'W'
// waiting, else not there. Rules are letters: a digit = the subject of its tokens, 'T' a token is required, 'N' from
// networks with the peer in them, 'O' from others, 'F' its players are all there, 'B' older tokens are void.
// In the stream ID 0x01 and two letters stand for a play token: its subject, and its kind: 'e' expired, 'u' used up,
// 'n' for the peer's network, 'o' for another one, 'b' older than 'B' allows, 'f' a forgery, else nothing special.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../../native/sign_token.h"
#include "core/admission.h"
#include "core/stream_id.h"
#include "invariant.h"

using namespace sls;

namespace {

constexpr MonoMs kNowMs = 1'000'000;
constexpr std::int64_t kNowS = 1'700'000'000;
constexpr int kMaxConnections = 128;
constexpr std::string_view kPeer = "10.1.2.3:5000";
constexpr std::string_view kSecret = "the fuzz target's secret, long enough";
constexpr char kTokenSign = '\x01';

bool has(std::string_view letters, char letter) { return letters.find(letter) != std::string_view::npos; }

NetworkSet networksOf(std::string text) { return NetworkSet::parse(std::vector<std::string>{std::move(text)}).value(); }

struct FuzzRoute {
  Route route;
  std::string rules;  // As written in the input.
};

RulesPtr readRules(std::string_view letters) {
  RouteRules rules;
  for (const char letter : letters) {
    if (letter >= '0' && letter <= '9') rules.tokenSubject = letter;
  }
  rules.isTokenRequired = has(letters, 'T');
  if (has(letters, 'N')) rules.networks = networksOf("10.0.0.0/8");
  if (has(letters, 'O')) rules.networks = networksOf("192.0.2.0/24");
  if (has(letters, 'F')) rules.maxPlayers = 1;
  if (has(letters, 'B')) rules.tokensNotBeforeS = kNowS - 50;
  return std::make_shared<const RouteRules>(std::move(rules));
}

std::vector<FuzzRoute> readRoutes(fuzz::Input& input, LiveStreams& live, PlayerCounts& players) {
  std::vector<FuzzRoute> routes;
  while (!input.isEmpty() && routes.size() < 16) {
    std::string_view line = input.line();
    if (line.empty()) continue;
    FuzzRoute read;
    Route& route = read.route;
    const std::size_t tab = line.find('\t');
    if (tab != std::string_view::npos) {
      read.rules = line.substr(tab + 1);
      route.rules = readRules(read.rules);
      line = line.substr(0, tab);
    }
    route.role = !line.empty() && (line.front() == 'P' || line.front() == 'p') ? Role::Publish : Role::Play;
    if (!line.empty()) line.remove_prefix(1);
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
    if (has(read.rules, 'F')) players.take(route.streamId, 0);
    routes.push_back(std::move(read));
  }
  return routes;
}

struct FuzzToken {
  std::string text;
  char subject = '0';
  char kind = ' ';
};

FuzzToken makeToken(char subject, char kind) {
  const std::string number(1, subject >= '0' && subject <= '9' ? subject : '0');
  const std::string id = kind == 'u' ? "used" : "fresh";
  const std::int64_t issuedAtS = kind == 'b' ? kNowS - 51 : kNowS - 50;
  std::string claims = R"({"sub":")" + number + R"(","jti":")" + id + R"(","max":1,"iat":)" +
                       std::to_string(issuedAtS) + R"(,"exp":)" + std::to_string(kind == 'e' ? kNowS : kNowS + 1);
  if (kind == 'n') claims += R"(,"net":"10.1.0.0/16")";
  if (kind == 'o') claims += R"(,"net":"10.1.2.4")";
  const std::string secret = std::string(kSecret) + (kind == 'f' ? "!" : "");
  return {test::signToken(R"({"alg":"HS256"})", claims + "}", secret), number.front(), kind};
}

// The stream ID as the peer sends it, and the tokens put into it.
std::string readStreamId(std::string_view line, std::vector<FuzzToken>& tokens) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != kTokenSign || i + 2 >= line.size()) {
      text += line[i];
      continue;
    }
    tokens.push_back(makeToken(line[i + 1], line[i + 2]));
    text += tokens.back().text;
    i += 2;
  }
  return text;
}

// The last of equal routes counts, as in the table; written as a search so that it shares nothing with it.
const FuzzRoute* search(const std::vector<FuzzRoute>& routes, Role role, std::string_view streamId) {
  const FuzzRoute* found = nullptr;
  for (const FuzzRoute& each : routes) {
    if (each.route.role == role && each.route.streamId == streamId) found = &each;
  }
  return found;
}

bool isInNetworks(const FuzzRoute& route) {
  // The later letter wins in readRules().
  return !has(route.rules, 'O');
}

void checkToken(const Admitted& admitted, const FuzzRoute& route, const AdmissionRequest& request,
                const std::vector<FuzzToken>& tokens) {
  if (admitted.token.tokenId.empty()) {
    INVARIANT(!has(route.rules, 'T') || request.role == Role::Publish);
    return;
  }
  const auto parsed = parseStreamId(request.streamId);
  INVARIANT(parsed && parsed->token);
  const auto token = std::ranges::find(tokens, *parsed->token, &FuzzToken::text);
  INVARIANT(token != tokens.end());
  INVARIANT(route.route.rules && route.route.rules->tokenSubject == std::string(1, token->subject));
  INVARIANT(!has("euof", token->kind));
  INVARIANT(token->kind != 'b' || !has(route.rules, 'B'));
  INVARIANT(admitted.token.tokenId == "fresh" && admitted.token.maxUses == 1);
}

void checkAdmitted(const Admitted& admitted, const AdmissionRequest& request, const std::vector<FuzzRoute>& routes,
                   const std::vector<FuzzToken>& tokens) {
  const FuzzRoute* found = search(routes, request.role, admitted.streamId);
  INVARIANT(request.isOpen);
  INVARIANT(isAcceptableStreamId(request.streamId));
  INVARIANT(found != nullptr);
  const Route& route = found->route;
  INVARIANT(route.streamKey == admitted.streamKey && route.rules == admitted.rules);
  INVARIANT(request.connectionCount < request.maxConnections);
  const char kind = admitted.streamKey.empty() ? '-' : admitted.streamKey.front();
  const bool isThere = kind == 'L' || kind == 'S' || kind == 'W';
  INVARIANT(request.role == Role::Publish ? kind != 'L' : isThere);
  INVARIANT(isInNetworks(*found));
  INVARIANT(request.role == Role::Publish || !has(found->rules, 'F'));
  checkToken(admitted, *found, request, tokens);
  if (admitted.streamId == request.streamId) return;
  // By a notation: only if the text is not itself a route of this port, and asks for no other role.
  INVARIANT(search(routes, request.role, request.streamId) == nullptr);
  const auto parsed = parseStreamId(request.streamId);
  INVARIANT(parsed && (parsed->resource == admitted.streamId || (parsed->resource.empty() && parsed->token)));
  INVARIANT(!parsed->role || *parsed->role == request.role);
  INVARIANT(parsed->token.has_value() == !admitted.token.tokenId.empty());
}

// What only somebody with a route learns.
void checkKnown(RefuseReason reason, const AdmissionRequest& request, const FuzzRoute& found) {
  switch (reason) {
    case RefuseReason::Network: INVARIANT(!isInNetworks(found)); return;
    case RefuseReason::TokenMissing: INVARIANT(has(found.rules, 'T') && request.role == Role::Play); return;
    case RefuseReason::TokenInvalid:
    case RefuseReason::TokenExpired:
    case RefuseReason::TokenUsedUp: INVARIANT(isInNetworks(found) && request.role == Role::Play); return;
    case RefuseReason::NotLive: INVARIANT(isInNetworks(found) && request.role == Role::Play); return;
    case RefuseReason::DuplicatePublisher: INVARIANT(isInNetworks(found) && request.role == Role::Publish); return;
    case RefuseReason::PlayerLimit: INVARIANT(has(found.rules, 'F') && request.role == Role::Play); return;
    case RefuseReason::Overload:
      INVARIANT(request.connectionCount >= request.maxConnections && isInNetworks(found));
      return;
    default: INVARIANT(false);
  }
}

void checkRefused(const Refused& refused, const AdmissionRequest& request, const std::vector<FuzzRoute>& routes,
                  const std::vector<FuzzToken>& tokens) {
  const RefuseReason reason = refused.reason;
  INVARIANT((reason == RefuseReason::NotReady) == !request.isOpen);
  if (reason == RefuseReason::NotReady) return;
  const bool isLiteral = isAcceptableStreamId(request.streamId) && search(routes, request.role, request.streamId);
  const Role other = request.role == Role::Publish ? Role::Play : Role::Publish;
  const auto parsed = parseStreamId(request.streamId);
  const FuzzRoute* here = parsed ? search(routes, request.role, parsed->resource) : nullptr;
  switch (reason) {
    case RefuseReason::Malformed: INVARIANT(!isAcceptableStreamId(request.streamId) || (!isLiteral && !parsed)); return;
    case RefuseReason::UnknownStreamId: INVARIANT(!isLiteral && here == nullptr); return;
    case RefuseReason::Forbidden:
      INVARIANT(!isLiteral && (parsed || search(routes, other, request.streamId) != nullptr));
      return;
    case RefuseReason::TokenInvalid:
      // Of a token that names no route, only that it did not help is told.
      if (parsed && parsed->resource.empty() && refused.streamId == withoutTokens(request.streamId)) return;
      [[fallthrough]];
    default: {
      const FuzzRoute* found = search(routes, request.role, refused.streamId);
      INVARIANT(found != nullptr);
      INVARIANT(isLiteral || here == found || (parsed && parsed->resource.empty() && !tokens.empty()));
      checkKnown(reason, request, *found);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t flags = input.byte();
  AdmissionRequest request;
  request.role = (flags & 1U) != 0 ? Role::Publish : Role::Play;
  request.isOpen = (flags & 2U) == 0;
  request.peer = kPeer;
  request.nowMs = kNowMs;
  request.nowS = kNowS;
  request.connectionCount = input.byte();
  request.maxConnections = kMaxConnections;
  std::vector<FuzzToken> tokens;
  const std::string streamId = readStreamId(input.line(), tokens);
  request.streamId = streamId;
  LiveStreams live;
  PlayerCounts players;
  TokenUses uses;
  uses.take("used", 1, kNowS + 1, kNowS);
  const std::vector<FuzzRoute> routes = readRoutes(input, live, players);
  std::vector<Route> plain;
  for (const FuzzRoute& each : routes) plain.push_back(each.route);
  const Admission admission = admit(request, {RouteTable(1, std::move(plain)), live, kSecret, uses, players});
  if (const auto* admitted = std::get_if<Admitted>(&admission)) {
    checkAdmitted(*admitted, request, routes, tokens);
    return 0;
  }
  const auto& refused = std::get<Refused>(admission);
  checkRefused(refused, request, routes, tokens);
  // Unless a stream ID of the table holds it, which is then no secret.
  const bool isRouteId = search(routes, request.role, refused.streamId) != nullptr;
  for (const FuzzToken& token : tokens) {
    INVARIANT(isRouteId || refused.streamId.find(token.text) == std::string::npos);
  }
  return 0;
}
