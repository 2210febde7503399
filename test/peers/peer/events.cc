#include "peer/events.h"

#include "common/clock.h"

namespace peers {

void reportConnected(int connection, const SrtSocket& socket, std::int64_t startedAtUs) {
  printLine(JsonObject()
                .add("event", "connected")
                .add("connection", connection)
                .add("latencyMs", socket.get(SRTO_RCVLATENCY))
                .add("peerLatencyMs", socket.get(SRTO_PEERLATENCY))
                .add("encrypted", socket.get(SRTO_KMSTATE) == SRT_KM_S_SECURED)
                .add("connectMs", static_cast<double>(monotonicUs() - startedAtUs) / 1000.0));
}

void reportRefused(int connection, SRTSOCKET socket) {
  const int reason = srt_getrejectreason(socket);
  printLine(JsonObject()
                .add("event", "refused")
                .add("connection", connection)
                .add("reject", reason)
                .add("text", srt_rejectreason_str(reason)));
}

void reportBroken(int connection) {
  printLine(JsonObject().add("event", "broken").add("connection", connection));
}

}  // namespace peers
