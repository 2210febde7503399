#include "core/tap_writer.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

#include "tap_reader.h"

using namespace sls;
using sls::test::TapReader;

namespace {

struct Pair {
  // The kernel's own buffer where `bufferBytes` is 0.
  explicit Pair(int bufferBytes = 0) : Pair(makeEnds(), bufferBytes) {}

  std::size_t write(const std::vector<std::string>& texts) {
    std::vector<TapMessage> messages;
    for (const std::string& text : texts) messages.push_back(std::as_bytes(std::span(text)));
    return writer.write(messages);
  }

  TapWriter writer;
  TapReader reader;

 private:
  static std::array<int, 2> makeEnds() {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    return ends;
  }
  Pair(std::array<int, 2> ends, int bufferBytes) : writer(Descriptor(ends[0])), reader(Descriptor(ends[1])) {
    if (bufferBytes > 0) setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &bufferBytes, sizeof bufferBytes);
  }
};

}  // namespace

TEST_CASE("tap writer: every message comes, in order, however many at once") {
  Pair pair;
  CHECK(pair.write({}) == 0);
  CHECK(pair.write({"one ", "two "}) == 2);
  std::vector<std::string> many;
  std::string expected = "one two ";
  for (int i = 0; i < 100; ++i) expected += many.emplace_back(std::to_string(i) + ' ');
  CHECK(pair.write(many) == 100);
  CHECK(pair.reader.read() == expected);
  CHECK(pair.writer.isOpen());
}

TEST_CASE("tap writer: without room nothing is taken, and what was taken stays whole") {
  Pair pair(8192);
  const std::string message(1316, 'x');
  std::size_t taken = 0;
  for (int i = 0; i < 1000; ++i) taken += pair.write({message});
  CHECK(taken > 0);
  CHECK(taken < 1000);
  CHECK(pair.writer.isOpen());
  std::string got = pair.reader.read();
  // With room again, the rest of one that was taken in part comes first.
  CHECK(pair.write({"end"}) == 1);
  got += pair.reader.read();
  CHECK(got.size() == taken * message.size() + 3);
  CHECK(got.ends_with("xend"));
}

TEST_CASE("tap writer: a message that fits in part goes on where it stopped, before any other") {
  Pair pair(8192);
  // More than the kernel takes into one buffer.
  std::string large(1'000'000, ' ');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 26);
  CHECK(pair.write({large, "second"}) == 1);
  CHECK(pair.write({"not now"}) == 0);
  std::string got;
  for (int i = 0; i < 1000 && got.size() < large.size(); ++i) {
    got += pair.reader.read();
    pair.write({});
  }
  CHECK(got == large);
  CHECK(pair.write({"second"}) == 1);
  CHECK(pair.reader.read() == "second");
}

TEST_CASE("tap writer: a reader that is gone is noticed with and without something to write") {
  Pair silent;
  CHECK(silent.writer.isOpen());
  silent.reader.close();
  CHECK_FALSE(silent.writer.isOpen());
  CHECK(silent.write({"x"}) == 0);

  Pair busy;
  busy.reader.close();
  // No SIGPIPE either: it would end the process.
  CHECK(busy.write({"x"}) == 0);
  CHECK_FALSE(busy.writer.isOpen());
}

TEST_CASE("tap writer: what was taken reaches a reader although the writer is gone") {
  auto pair = std::make_unique<Pair>();
  pair->write({"last words"});
  TapReader reader = std::move(pair->reader);
  pair.reset();
  CHECK(reader.read() == "last words");
  CHECK(reader.isEnded());
}
