#include "libsrt/encryption_watch.h"

#include <optional>
#include <string>

namespace sls::libsrt {
namespace {

struct LastAdmitted {
  Outbox* outbox = nullptr;  // Nullptr: none, or already refused.
  std::string listener;
  std::string peer;
  std::string streamId;
  bool hasPassphrase = false;
};

// Strings that keep their room: one allocation a thread rather than one a handshake.
thread_local LastAdmitted last;  // NOLINT: there is no other way from the callback to the log handler.

// The lines of interpretSrtHandshake() in libsrt's core.cpp, the same from 1.5.0 to 1.5.5; each comes with a reject.
std::optional<RefuseReason> reasonOf(std::string_view logText) {
  const auto has = [&](std::string_view part) { return logText.find(part) != std::string_view::npos; };
  if (!has("enforced encryption")) return std::nullopt;
  if (has("KMREQ result")) return RefuseReason::BadPassphrase;
  const bool isOneSided = has("Peer declares encryption") || has("Agent declares encryption");
  return isOneSided ? std::optional(RefuseReason::NoEncryption) : std::nullopt;
}

}  // namespace

void EncryptionWatch::admitted(Outbox& outbox, std::string_view listener, std::string_view peer,
                               std::string_view streamId, bool hasPassphrase) {
  last.outbox = &outbox;
  last.listener = listener;
  last.peer = peer;
  last.streamId = streamId;
  last.hasPassphrase = hasPassphrase;
}

bool EncryptionWatch::report(std::string_view logText) {
  if (last.outbox == nullptr) return false;
  const std::optional<RefuseReason> reason = reasonOf(logText);
  if (!reason) return false;
  const bool isPeerPlain = *reason == RefuseReason::NoEncryption && last.hasPassphrase;
  const PeerEncryption encryption = isPeerPlain ? PeerEncryption::None : PeerEncryption::Encrypted;
  last.outbox->refused({last.listener, *reason, last.peer, last.streamId, -1, encryption});
  last.outbox = nullptr;
  return true;
}

}  // namespace sls::libsrt
