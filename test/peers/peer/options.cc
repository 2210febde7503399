#include "peer/options.h"

#include <charconv>
#include <sstream>

#include "common/message.h"

namespace peers {
namespace {

constexpr double kMostSeconds = 86400;
constexpr int kMostInteger = 1'000'000'000;

std::size_t parseSize(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || value < kLeastMessageBytes || value > kMostMessageBytes) {
    throw UsageError("--payload-bytes: '" + std::string(text) + "' is not a size from " +
                     std::to_string(kLeastMessageBytes) + " to " + std::to_string(kMostMessageBytes));
  }
  return value;
}

// "1316", "188,1316" or "188-1456".
std::vector<std::size_t> parseSizes(const std::string& text) {
  std::vector<std::size_t> sizes;
  std::istringstream items(text);
  for (std::string item; std::getline(items, item, ',');) {
    const std::size_t dash = item.find('-');
    const std::size_t first = parseSize(std::string_view(item).substr(0, dash));
    const std::size_t last = dash == std::string::npos ? first : parseSize(std::string_view(item).substr(dash + 1));
    for (std::size_t size = first; size <= last; size++) sizes.push_back(size);
  }
  if (sizes.empty()) throw UsageError("--payload-bytes: no size in '" + text + "'");
  return sizes;
}

Mode parseMode(int argc, const char* const* argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == "publish") return Mode::Publish;
  if (word == "play") return Mode::Play;
  throw UsageError("the first argument is publish or play");
}

void readConnection(Arguments& arguments, PeerOptions& options) {
  options.host = arguments.text("host", "127.0.0.1");
  options.port = arguments.integer("port", options.mode == Mode::Publish ? 4001 : 4000, 1, 65535);
  options.streamId = arguments.text("streamid", "");
  options.latencyMs = arguments.integer("latency-ms", 120, 0, 60000);
  options.passphrase = arguments.text("passphrase", "");
  options.keyLengthBytes = arguments.integer("pbkeylen", 0, 0, 32);
  options.kmRefreshPackets = arguments.integer("km-refresh-packets", 0, 0, kMostInteger);
  options.kmPreannouncePackets = arguments.integer("km-preannounce-packets", 0, 0, kMostInteger);
  options.connectTimeoutMs = arguments.integer("connect-timeout-ms", 3000, 1, 600000);
  options.connections = arguments.integer("connections", 1, 1, 10000);
}

void readTraffic(Arguments& arguments, PeerOptions& options) {
  options.payloadBytes = parseSizes(arguments.text("payload-bytes", "1316"));
  options.count = static_cast<std::uint64_t>(arguments.integer("count", 0, 0, kMostInteger));
  options.seconds = arguments.number("seconds", 0, 0, kMostSeconds);
  options.rateKbps = arguments.number("rate-kbps", 2000, 0, 10'000'000);
  options.printIntervalMs = arguments.integer("print-interval-ms", 1000, 10, 600000);
  options.holdMs = arguments.integer("hold-ms", options.latencyMs + 500, 0, 600000);
  options.exitAfterBroken = arguments.has("exit-after-broken");
  options.noVerify = arguments.has("no-verify");
}

}  // namespace

PeerOptions parsePeerOptions(int argc, const char* const* argv) {
  PeerOptions options;
  options.mode = parseMode(argc, argv);
  Arguments arguments(argc, argv, 2, {"exit-after-broken", "no-verify"});
  readConnection(arguments, options);
  readTraffic(arguments, options);
  arguments.refuseUnread();
  if (options.mode == Mode::Publish && options.connections > 1) {
    throw UsageError("--connections is for play: a stream has one publisher");
  }
  return options;
}

std::string peerUsage() {
  return R"(srt_peer publish|play [options]: a libsrt caller that reports JSON lines.

Connection: --host 127.0.0.1 --port 4001|4000 --streamid TEXT --latency-ms 120 --passphrase TEXT --pbkeylen 0|16|24|32
            --km-refresh-packets 0 --km-preannounce-packets 0 (0 = libsrt's defaults)
            --connect-timeout-ms 3000 --connections 1 (play; more than one share a local UDP port)
Traffic:    --payload-bytes 1316 | 188,1316 | 188-1456 (taken in turn)  --rate-kbps 2000 (0 = unpaced)
            --count 0 --seconds 0 (0 = no limit; without either it runs until SIGTERM)
            --hold-ms latency+500 (publish: keeps the connection open after the last message)
            --no-verify (play: the publisher is not srt_peer)
Reporting:  --print-interval-ms 1000  --exit-after-broken (ends once no connection is left)

Events, one JSON object a line: connected, refused, broken, progress, sent (publish: the last message went out), done.
Exit codes: 0 ended as asked, 1 failure, 3 every connection refused, 4 every connection broken before its end,
5 a message was not bit-exact, 64 usage. The larger of 3, 4 and 5 wins.
)";
}

SrtSocket callerSocket(const PeerOptions& options) {
  SrtSocket socket;
  setLiveOptions(socket, options.latencyMs);
  socket.set(SRTO_CONNTIMEO, options.connectTimeoutMs);
  if (!options.streamId.empty()) socket.setText(SRTO_STREAMID, options.streamId);
  if (options.keyLengthBytes > 0) socket.set(SRTO_PBKEYLEN, options.keyLengthBytes);
  if (options.kmRefreshPackets > 0) socket.set(SRTO_KMREFRESHRATE, options.kmRefreshPackets);
  if (options.kmPreannouncePackets > 0) socket.set(SRTO_KMPREANNOUNCE, options.kmPreannouncePackets);
  if (!options.passphrase.empty()) socket.setText(SRTO_PASSPHRASE, options.passphrase);
  return socket;
}

}  // namespace peers
