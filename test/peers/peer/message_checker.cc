#include "peer/message_checker.h"

#include <algorithm>

#include "common/message.h"

namespace peers {

void MessageChecker::take(std::span<const std::uint8_t> message, std::int64_t nowUs) {
  if (messages_++ == 0) firstAtUs_ = nowUs;
  bytes_ += message.size();
  if (!verify_) return;
  const std::optional<MessageHeader> header = readMessage(message);
  if (!header) {
    corrupt_++;
    return;
  }
  delays_.add(nowUs - header->sentAtUs);
  if (sessions_ == 0 || header->session != session_) startSession(header->session, header->sequence);
  follow(header->sequence);
}

void MessageChecker::startSession(std::uint32_t session, std::uint64_t sequence) {
  sessions_++;
  session_ = session;
  firstSequence_ = nextSequence_ = sequence;
  missing_.clear();
}

void MessageChecker::follow(std::uint64_t sequence) {
  if (sequence >= nextSequence_) {
    gaps_ += sequence - nextSequence_;
    const std::uint64_t remembered = std::min(sequence - nextSequence_, kMostRemembered);
    for (std::uint64_t i = sequence - remembered; i < sequence; i++) missing_.insert(i);
    nextSequence_ = sequence + 1;
  } else if (missing_.erase(sequence) > 0) {
    gaps_--;
    reordered_++;
  } else {
    duplicates_++;
  }
}

void MessageChecker::append(const MessageChecker& other) {
  const bool earlier = other.messages_ > 0 && (messages_ == 0 || other.firstAtUs_ < firstAtUs_);
  if (earlier) firstAtUs_ = other.firstAtUs_;
  messages_ += other.messages_;
  bytes_ += other.bytes_;
  gaps_ += other.gaps_;
  duplicates_ += other.duplicates_;
  reordered_ += other.reordered_;
  corrupt_ += other.corrupt_;
  sessions_ = std::max(sessions_, other.sessions_);
  firstSequence_ = std::max(firstSequence_, other.firstSequence_);
  nextSequence_ = nextSequence_ == 0 ? other.nextSequence_ : std::min(nextSequence_, other.nextSequence_);
  delays_.append(other.delays_);
}

void MessageChecker::addTo(JsonObject& object) const {
  object.add("messages", messages_)
      .add("bytes", bytes_)
      .add("gaps", gaps_)
      .add("duplicates", duplicates_)
      .add("reordered", reordered_)
      .add("corrupt", corrupt_)
      .add("sessions", sessions_)
      .add("firstSequence", firstSequence_)
      .add("nextSequence", nextSequence_);
}

}  // namespace peers
