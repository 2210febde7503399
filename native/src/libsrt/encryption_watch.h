// Refusals that libsrt decides alone: a wrong, missing or superfluous passphrase. It compares passphrases after our
// answer to the handshake, tells the application nothing, and drops the socket with its reject reason; but it writes a
// log line, and calls the log handler for it on the same thread, before anything else happens there.
#pragma once

#include <string_view>

#include "core/outbox.h"

namespace sls::libsrt {

class EncryptionWatch {
 public:
  // In the handshake's callback: what libsrt decides about next on this thread. The outbox outlives the listener.
  static void admitted(Outbox& outbox, std::string_view listener, std::string_view peer, std::string_view streamId,
                       bool hasPassphrase);
  // In the log handler. True: the line is about the handshake just admitted, which is now reported as refused.
  static bool report(std::string_view logText);
};

}  // namespace sls::libsrt
