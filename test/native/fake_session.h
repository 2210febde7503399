// A connection without a network: what send() answers is scripted, what was sent is kept.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/session.h"
#include "core/stream.h"

namespace sls::test {

inline SharedPolicy makePolicy(ListenerPolicy policy = {}) {
  return std::make_shared<Published<ListenerPolicy>>(std::make_shared<const ListenerPolicy>(policy));
}

inline IdentityPtr makeIdentity(ConnectionId id, Role role, std::string streamKey = "key") {
  auto identity = std::make_shared<ConnectionIdentity>();
  identity->id = id;
  identity->role = role;
  identity->streamKey = std::move(streamKey);
  return identity;
}

class FakeSession final : public Session {
 public:
  explicit FakeSession(Role role, SharedPolicy policy = makePolicy(), MonoMs nowMs = 0)
      : Session(makeIdentity(nextId(), role), std::move(policy), nowMs) {}

  SendResult send(std::span<const std::byte> message) override {
    SendResult result = standing;
    if (!script.empty()) {
      result = script.front();
      script.pop_front();
    }
    if (result == SendResult::Sent) {
      sent.emplace_back(reinterpret_cast<const char*>(message.data()), message.size());
    }
    return result;
  }

  std::deque<SendResult> script;           // Used up first.
  SendResult standing = SendResult::Sent;  // Then this.
  std::vector<std::string> sent;

 private:
  static ConnectionId nextId() {
    static ConnectionId last = 0;
    return ++last;
  }
};

// Writes `text` as the stream's next message; returns what commit() did.
inline std::vector<Session*> deliver(Stream& stream, const Session& from, std::string_view text) {
  const std::span<std::byte> slot = stream.claim();
  const auto bytes = std::as_bytes(std::span(text));
  std::copy(bytes.begin(), bytes.end(), slot.begin());
  return stream.commit(from, bytes.size());
}

}  // namespace sls::test
