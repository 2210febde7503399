// A scriptable SRT caller for tests; peerUsage() says what it can do.
#include <cstdio>
#include <cstring>
#include <exception>

#include "common/signals.h"
#include "peer/options.h"
#include "peer/players.h"
#include "peer/publisher.h"

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--help") == 0) {
    std::fputs(peers::peerUsage().c_str(), stdout);
    return 0;
  }
  try {
    const peers::PeerOptions options = peers::parsePeerOptions(argc, argv);
    peers::catchStopSignals();
    const peers::SrtLibrary library;
    return options.mode == peers::Mode::Publish ? peers::publish(options) : peers::play(options);
  } catch (const peers::UsageError& error) {
    std::fprintf(stderr, "srt_peer: %s\n\n%s", error.what(), peers::peerUsage().c_str());
    return peers::kExitUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "srt_peer: %s\n", error.what());
    return 1;
  }
}
