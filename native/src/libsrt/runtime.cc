#include "libsrt/runtime.h"

#include <srt/srt.h>
#include <syslog.h>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "libsrt/encryption_watch.h"

namespace sls::libsrt {
namespace {

// Process-wide because libsrt's log handler is.
struct LogSinks {
  std::mutex mutex;
  std::vector<Outbox*> outboxes;
};

LogSinks& sinks() {
  static LogSinks instance;
  return instance;
}

// Without what libsrt puts in front, ': ' and the socket id in '@123: text', so that equal lines count as one.
std::string_view withoutPrefix(std::string_view text) {
  constexpr std::string_view kSeparator = ": ";
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  if (text.starts_with(kSeparator)) text.remove_prefix(kSeparator.size());
  const std::size_t colon = text.starts_with('@') ? text.find(kSeparator) : std::string_view::npos;
  return colon == std::string_view::npos ? text : text.substr(colon + kSeparator.size());
}

void onLog(void* /*opaque*/, int level, const char* /*file*/, int /*line*/, const char* area, const char* message) {
  const std::string_view text = withoutPrefix(message == nullptr ? "" : message);
  // Told as a refusal, with the peer and the stream ID.
  if (EncryptionWatch::report(text)) return;
  LogSinks& all = sinks();
  const std::scoped_lock lock(all.mutex);
  for (Outbox* outbox : all.outboxes) outbox->log(level <= LOG_ERR, area == nullptr ? "srt" : area, text);
}

}  // namespace

Runtime::Runtime(Outbox& outbox) : outbox_(outbox) {
  srt_startup();
  // Warnings are one a dropped packet: those are in the statistics already.
  srt_setloglevel(LOG_ERR);
  srt_setlogflags(SRT_LOGF_DISABLE_TIME | SRT_LOGF_DISABLE_THREADNAME | SRT_LOGF_DISABLE_SEVERITY |
                  SRT_LOGF_DISABLE_EOL);
  srt_setloghandler(nullptr, &onLog);
  LogSinks& all = sinks();
  const std::scoped_lock lock(all.mutex);
  all.outboxes.push_back(&outbox_);
}

Runtime::~Runtime() {
  srt_cleanup();
  LogSinks& all = sinks();
  const std::scoped_lock lock(all.mutex);
  std::erase(all.outboxes, &outbox_);
}

}  // namespace sls::libsrt
