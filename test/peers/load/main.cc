// The load of the benchmark; loadUsage() says what it can do.
#include <cstdio>
#include <exception>

#include "common/signals.h"
#include "load/load.h"
#include "load/options.h"
#include "load/report.h"

namespace {

constexpr int kExitPublisherRefused = 3;

void run(const peers::LoadOptions& options) {
  const peers::SrtLibrary library;
  peers::Load load(options);
  const peers::Measurement measured = load.run();
  peers::printLine(peers::reportOf(options, load.players(), measured));
  load.disconnect();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const peers::LoadOptions options = peers::parseLoadOptions(argc, argv);
    peers::catchStopSignals();
    run(options);
    return 0;
  } catch (const peers::UsageError& error) {
    std::fprintf(stderr, "srt_load: %s\n\n%s", error.what(), peers::loadUsage().c_str());
    return peers::kExitUsage;
  } catch (const peers::PublisherRefused& error) {
    std::fprintf(stderr, "srt_load: %s\n", error.what());
    return kExitPublisherRefused;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "srt_load: %s\n", error.what());
    return 1;
  }
}
