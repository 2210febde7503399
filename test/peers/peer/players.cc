#include "peer/players.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "common/clock.h"
#include "common/signals.h"
#include "peer/events.h"
#include "peer/message_checker.h"

namespace peers {
namespace {

constexpr int kWaitMs = 20;

enum class State { Connecting, Connected, Refused, Broken };

struct Connection {
  Connection(SrtSocket&& theSocket, bool verify) : socket(std::move(theSocket)), checker(verify) {}

  SrtSocket socket;
  MessageChecker checker;
  State state = State::Connecting;
  std::int64_t connectedAtUs = 0;
};

double firstMessageMs(const Connection& connection) {
  if (connection.checker.messages() == 0) return -1;
  return static_cast<double>(connection.checker.firstAtUs() - connection.connectedAtUs) / 1000.0;
}

class Players {
 public:
  explicit Players(const PeerOptions& options) : options_(options) {}

  int run() {
    startedAtUs_ = monotonicUs();
    nextReportUs_ = startedAtUs_ + options_.printIntervalMs * 1000LL;
    for (int i = 0; i < options_.connections; i++) open(i);
    while (!ended()) turn();
    reportDone();
    return exitCode();
  }

 private:
  void open(int index) {
    SrtSocket socket = callerSocket(options_);
    socket.set(SRTO_RCVSYN, false);
    if (options_.connections > 1) shareLocalPort(socket);
    epoll_.watch(socket.id(), SRT_EPOLL_IN | SRT_EPOLL_OUT | SRT_EPOLL_ERR);
    byId_[socket.id()] = index;
    connections_.emplace_back(std::move(socket), !options_.noVerify);
    const sockaddr_in address = ipv4Address(options_.host, options_.port);
    const SRTSOCKET id = connections_.back().socket.id();
    if (srt_connect(id, reinterpret_cast<const sockaddr*>(&address), sizeof address) == SRT_ERROR) noteEnd(index);
  }

  // One pair of libsrt threads for all, where a port each would take two threads a connection.
  void shareLocalPort(SrtSocket& socket) {
    sockaddr_in local = ipv4Address("0.0.0.0", localPort_);
    if (srt_bind(socket.id(), reinterpret_cast<const sockaddr*>(&local), sizeof local) == SRT_ERROR) {
      throw std::runtime_error("cannot bind a local port: " + lastSrtError());
    }
    int size = sizeof local;
    srt_getsockname(socket.id(), reinterpret_cast<sockaddr*>(&local), &size);
    localPort_ = ntohs(local.sin_port);
  }

  void turn() {
    const std::int64_t nowUs = monotonicUs();
    if (nowUs >= nextReportUs_) reportProgress(nowUs);
    const int ready = srt_epoll_uwait(epoll_.id(), events_.data(), static_cast<int>(events_.size()), kWaitMs);
    for (int i = 0; i < std::min(ready, static_cast<int>(events_.size())); i++) handle(events_[i]);
  }

  void handle(const SRT_EPOLL_EVENT& event) {
    const int index = byId_.at(event.fd);
    Connection& connection = connections_[index];
    if (connection.state == State::Connecting && srt_getsockstate(event.fd) == SRTS_CONNECTED) noteConnected(index);
    if (connection.state == State::Connected && (event.events & SRT_EPOLL_IN)) receive(connection);
    if ((event.events & SRT_EPOLL_ERR) && srt_getsockstate(event.fd) != SRTS_CONNECTED) noteEnd(index);
  }

  void noteConnected(int index) {
    Connection& connection = connections_[index];
    connection.state = State::Connected;
    connection.connectedAtUs = monotonicUs();
    if (firstConnectedAtUs_ == 0) firstConnectedAtUs_ = connection.connectedAtUs;
    int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;
    srt_epoll_update_usock(epoll_.id(), connection.socket.id(), &events);
    reportConnected(index, connection.socket, startedAtUs_);
  }

  void noteEnd(int index) {
    Connection& connection = connections_[index];
    const SRTSOCKET id = connection.socket.id();
    srt_epoll_remove_usock(epoll_.id(), id);
    if (connection.state == State::Connecting) {
      reportRefused(index, id);
      connection.state = State::Refused;
    } else {
      receive(connection);
      reportBroken(index);
      connection.state = State::Broken;
    }
  }

  void receive(Connection& connection) {
    int bytes = 0;
    while ((bytes = srt_recvmsg(connection.socket.id(), reinterpret_cast<char*>(message_.data()),
                                static_cast<int>(message_.size()))) > 0) {
      connection.checker.take({message_.data(), static_cast<std::size_t>(bytes)}, monotonicUs());
    }
  }

  std::size_t countOf(State state) const {
    return static_cast<std::size_t>(
        std::count_if(connections_.begin(), connections_.end(), [state](auto& each) { return each.state == state; }));
  }

  bool complete(const Connection& connection) const {
    return options_.count > 0 && connection.checker.messages() >= options_.count;
  }

  bool ended() const {
    if (stopRequested()) return true;
    if (options_.seconds > 0 && firstConnectedAtUs_ > 0 &&
        monotonicUs() - firstConnectedAtUs_ >= options_.seconds * 1e6) {
      return true;
    }
    if (countOf(State::Refused) == connections_.size()) return true;
    const std::size_t gone = countOf(State::Refused) + countOf(State::Broken);
    if (options_.exitAfterBroken && gone == connections_.size()) return true;
    return std::all_of(connections_.begin(), connections_.end(), [this](auto& each) { return complete(each); });
  }

  MessageChecker total() const {
    MessageChecker sum(!options_.noVerify);
    for (const Connection& connection : connections_) sum.append(connection.checker);
    return sum;
  }

  void reportProgress(std::int64_t nowUs) {
    nextReportUs_ = nowUs + options_.printIntervalMs * 1000LL;
    JsonObject line;
    line.add("event", "progress").add("connected", static_cast<std::uint64_t>(countOf(State::Connected)));
    total().addTo(line);
    printLine(line);
  }

  std::string perConnection() const {
    std::string list;
    for (const Connection& connection : connections_) {
      JsonObject object;
      connection.checker.addTo(object);
      object.add("firstMessageMs", firstMessageMs(connection)).add("broken", connection.state == State::Broken);
      list += (list.empty() ? "" : ",") + object.text();
    }
    return "[" + list + "]";
  }

  void reportDone() const {
    const MessageChecker sum = total();
    double slowestFirstMs = -1;
    for (const Connection& each : connections_) slowestFirstMs = std::max(slowestFirstMs, firstMessageMs(each));
    JsonObject line;
    line.add("event", "done");
    sum.addTo(line);
    line.add("firstMessageMs", slowestFirstMs)
        .add("delayP50Ms", sum.delays().atMs(0.5))
        .add("delayP99Ms", sum.delays().atMs(0.99))
        .add("connected", static_cast<std::uint64_t>(countOf(State::Connected)))
        .add("refused", static_cast<std::uint64_t>(countOf(State::Refused)))
        .add("broken", static_cast<std::uint64_t>(countOf(State::Broken)))
        .addRaw("connections", perConnection());
    printLine(line);
  }

  int exitCode() const {
    if (total().corrupt() > 0) return kExitCorrupt;
    const auto unfinished = [this](const Connection& each) { return each.state == State::Broken && !complete(each); };
    if (std::all_of(connections_.begin(), connections_.end(), unfinished)) return kExitBroken;
    return countOf(State::Refused) == connections_.size() ? kExitRefused : 0;
  }

  const PeerOptions& options_;
  SrtEpoll epoll_;
  std::vector<Connection> connections_;
  std::unordered_map<SRTSOCKET, int> byId_;
  int localPort_ = 0;
  std::int64_t startedAtUs_ = 0;
  std::int64_t firstConnectedAtUs_ = 0;
  std::int64_t nextReportUs_ = 0;
  std::array<SRT_EPOLL_EVENT, 256> events_;
  std::array<std::uint8_t, 2048> message_;
};

}  // namespace

int play(const PeerOptions& options) { return Players(options).run(); }

}  // namespace peers
