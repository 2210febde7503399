#include "direct/shard/publisher.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "direct/wire/handshake.h"
#include "direct_packet_source.h"
#include "direct_wire_tap.h"
#include "fake_session.h"

using namespace sls;
using namespace sls::direct;
using namespace sls::direct::test;

namespace {

constexpr MonoUs kStartUs = 9'000'000;
constexpr std::uint32_t kFirstSeq = kSeqMask - 2;
constexpr std::uint32_t kPeer = 88;
using Indices = std::vector<PacketIndex>;

// Publishers of one stream, their packets counted from 0 each, times in milliseconds.
class Studio {
 public:
  Studio() : port_(std::make_shared<Port>(1, "127.0.0.1", 0, 1)) {}

  Publisher& open(std::optional<ReceiveKeys> keys = std::nullopt, std::int64_t nowMs = 0) {
    Accepted accepted;
    accepted.identity = sls::test::makeIdentity(++lastId_, Role::Publish);
    accepted.policy = sls::test::makePolicy();
    accepted.port = port_;
    accepted.address = wire.target().address;
    accepted.peerSocketId = kPeer;
    accepted.startUs = kStartUs;
    ReceiverOptions options;
    options.initialSeq = kFirstSeq;
    options.startUs = at(nowMs);
    options.startTimestampUs = static_cast<std::uint32_t>(nowMs * 1000);
    publishers_.push_back(
        std::make_unique<Publisher>(std::move(accepted), options, std::move(keys), wire.egress, nowMs));
    publishers_.back()->target = wire.target();
    return *publishers_.back();
  }
  void attach(Publisher& publisher, std::int64_t nowMs) {
    publisher.stream = hub.attachPublisher("key", {0, publisher.identity->id, 120}, 1000, kStartUs / 1000 + nowMs);
    REQUIRE(publisher.stream);
    publisher.state = Connection::State::Attached;
  }
  Publisher& openAttached(std::int64_t nowMs = 0) {
    Publisher& publisher = open(std::nullopt, nowMs);
    attach(publisher, nowMs);
    return publisher;
  }

  // Packet `number` of its publisher, sent and arrived at `nowMs`.
  void send(Publisher& publisher, std::int64_t number, std::int64_t nowMs, KeyFlag key = KeyFlag::None) {
    sendText(publisher, number, nowMs, key, textOf(publisher, number));
  }
  void sendText(Publisher& publisher, std::int64_t number, std::int64_t nowMs, KeyFlag key, const std::string& text) {
    Packet packet(kHeaderBytes + text.size());
    DataHeader header;
    header.seq = seqOf(firstPosition(kFirstSeq) + number);
    header.key = key;
    header.timestampUs = static_cast<std::uint32_t>(nowMs * 1000);
    write(packet.data(), header);
    std::ranges::copy(std::as_bytes(std::span(text)), packet.begin() + kHeaderBytes);
    publisher.onData(packet, hub, replaced, at(nowMs));
  }
  static std::string textOf(const Publisher& publisher, std::int64_t number) {
    return "publisher " + std::to_string(publisher.identity->id) + " packet " + std::to_string(number);
  }
  std::vector<ConnectionId> takeReplaced() {
    std::vector<ConnectionId> ids;
    for (const PublisherRef& one : std::exchange(replaced, {})) ids.push_back(one.id);
    return ids;
  }

  static MonoUs at(std::int64_t ms) { return kStartUs + ms * 1000; }

  WireTap wire;
  LiveStreams live;
  StreamHub hub{live, false};
  std::vector<PublisherRef> replaced;

 private:
  PortPtr port_;
  ConnectionId lastId_ = 0;
  std::vector<std::unique_ptr<Publisher>> publishers_;
};

std::vector<std::string> textsOf(const PacketBatch& batch) {
  std::vector<std::string> texts;
  for (const NewPacket& one : batch.packets) texts.push_back(textOf(one.packet.view()));
  return texts;
}

Indices indicesOf(const PacketBatch& batch) {
  Indices indices;
  for (const NewPacket& one : batch.packets) indices.push_back(one.index);
  return indices;
}

}  // namespace

TEST_CASE("direct publisher: what arrives is handed on in batches, with its place, origin and payload") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  studio.hub.watch("key", 0);
  CHECK_FALSE(publisher.hasNews());
  studio.send(publisher, 0, 10);
  studio.send(publisher, 1, 11);
  studio.send(publisher, 4, 14);
  REQUIRE(publisher.hasNews());
  PacketBatch batch = publisher.takeBatch();
  CHECK(batch.stream == publisher.stream);
  CHECK(indicesOf(batch) == Indices{0, 1, 4});
  CHECK(textsOf(batch) ==
        std::vector<std::string>{"publisher 1 packet 0", "publisher 1 packet 1", "publisher 1 packet 4"});
  CHECK(batch.packets[2].packet.originUs == Studio::at(14));
  CHECK(batch.settled == 2);
  CHECK(batch.gone.empty());
  CHECK_FALSE(publisher.hasNews());

  studio.send(publisher, 3, 30);
  studio.send(publisher, 3, 31);
  batch = publisher.takeBatch();
  CHECK(indicesOf(batch) == Indices{3});
  CHECK(batch.settled == 2);
  CHECK(publisher.stream->nextIndex == 5);
}

TEST_CASE("direct publisher: what has not come in time is given up, and told") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  studio.hub.watch("key", 0);
  studio.send(publisher, 0, 0);
  studio.send(publisher, 3, 3);
  publisher.takeBatch();
  publisher.tick(Studio::at(100));
  CHECK_FALSE(publisher.hasNews());
  publisher.tick(Studio::at(200));
  REQUIRE(publisher.hasNews());
  const PacketBatch batch = publisher.takeBatch();
  REQUIRE(batch.gone.size() == 1);
  CHECK(batch.gone[0].first == 1);
  CHECK(batch.gone[0].last == 2);
  CHECK(batch.settled == 4);
  ConnectionStats stats;
  publisher.fill(stats);
  CHECK(stats.packetsDropped == 2);
}

TEST_CASE("direct publisher: its drop requests are handed on") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  studio.hub.watch("key", 0);
  studio.send(publisher, 0, 0);
  studio.send(publisher, 5, 5);
  publisher.takeBatch();
  publisher.onDropRequest({seqOf(firstPosition(kFirstSeq) + 1), seqOf(firstPosition(kFirstSeq) + 4)}, Studio::at(6));
  const PacketBatch batch = publisher.takeBatch();
  REQUIRE(batch.gone.size() == 1);
  CHECK(batch.gone[0].first == 1);
  CHECK(batch.gone[0].last == 4);
  CHECK(batch.settled == 6);
}

TEST_CASE("direct publisher: asks its peer for what is missing, and acknowledges the rest") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  studio.send(publisher, 0, 0);
  studio.send(publisher, 2, 2);
  publisher.tick(Studio::at(10));
  std::vector<ControlType> types;
  for (const Packet& packet : studio.wire.take()) {
    const ControlHeader header = readControlHeader(packet.data());
    types.push_back(header.type);
    CHECK(header.socketId == kPeer);
    const Bytes body = Bytes(packet).subspan(kHeaderBytes);
    if (header.type == ControlType::Nak) {
      const auto range = NakReader(body).next();
      REQUIRE(range);
      CHECK(range->first == kFirstSeq + 1);
      CHECK(range->last == kFirstSeq + 1);
      CHECK(header.timestampUs == 2000);
    } else {
      const auto ack = parseAck(body);
      REQUIRE(ack);
      CHECK(ack->nextSeq == kFirstSeq + 1);
      CHECK(header.info == 1);
      CHECK(header.timestampUs == 10'000);
    }
  }
  CHECK(types == std::vector<ControlType>{ControlType::Nak, ControlType::Ack});
}

TEST_CASE("direct publisher: a request for more ranges than a datagram holds goes out in several") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  for (int i = 0; i < 360; ++i) studio.send(publisher, 2 * i + 1, 1);
  studio.wire.take();
  // Past the time for an answer to the first requests.
  publisher.tick(Studio::at(110));
  std::size_t packets = 0;
  std::size_t ranges = 0;
  for (const Packet& packet : studio.wire.take()) {
    if (readControlHeader(packet.data()).type != ControlType::Nak) continue;
    ++packets;
    CHECK(packet.size() <= 1472);
    NakReader reader(Bytes(packet).subspan(kHeaderBytes));
    while (reader.next()) ++ranges;
  }
  CHECK(ranges == 360);
  CHECK(packets >= 2);
}

TEST_CASE("direct publisher: with nobody watching packets count but are not kept") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  for (int i = 0; i < 10; ++i) studio.send(publisher, i, i);
  CHECK_FALSE(publisher.hasNews());
  CHECK(publisher.bytes() > 0);
  CHECK(publisher.stream->nextIndex == 10);
  studio.hub.watch("key", 3);
  studio.send(publisher, 10, 10);
  CHECK(indicesOf(publisher.takeBatch()) == Indices{10});
}

TEST_CASE("direct publisher: payloads fill blocks one after the other, and live as long as their batch") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  studio.hub.watch("key", 0);
  const std::string text(1316, 'x');
  for (int i = 0; i < 100; ++i) studio.sendText(publisher, i, i, KeyFlag::None, text);
  PacketBatch batch = publisher.takeBatch();
  CHECK(batch.blocks.size() == 3);
  CHECK(batch.packets.front().block == 0);
  CHECK(batch.packets.back().block == 2);
  studio.sendText(publisher, 100, 100, KeyFlag::None, text);
  const PacketBatch next = publisher.takeBatch();
  REQUIRE(next.blocks.size() == 1);
  CHECK(next.blocks[0] == batch.blocks[2]);
  bool isRight = true;
  for (const NewPacket& one : batch.packets) isRight = isRight && textOf(one.packet.view()) == text;
  CHECK(isRight);
}

TEST_CASE("direct publisher: empty packets, and those larger than SRT has them, do not count") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  studio.hub.watch("key", 0);
  studio.sendText(publisher, 0, 0, KeyFlag::None, "");
  studio.sendText(publisher, 0, 0, KeyFlag::None, std::string(kMaxPayloadBytes + 1, 'x'));
  CHECK_FALSE(publisher.hasNews());
  CHECK(publisher.bytes() == 0);
  studio.sendText(publisher, 0, 0, KeyFlag::None, std::string(kMaxPayloadBytes, 'x'));
  CHECK(publisher.takeBatch().packets.at(0).packet.bytes == kMaxPayloadBytes);
}

TEST_CASE("direct publisher: encrypted packets are decrypted, and what cannot be is counted and left out") {
  const Key key(std::vector<std::byte>(16, std::byte{3}));
  const Salt salt{};
  Studio studio;
  const auto message = wrapKeys({key, {}}, salt, "correct-horse-battery");
  Publisher& publisher =
      studio.open(std::make_optional<ReceiveKeys>(KeyPair{key, {}}, salt, "correct-horse-battery", message));
  studio.attach(publisher, 0);
  studio.hub.watch("key", 0);
  const std::string plain = "what was sent";
  std::string secret = plain;
  Cipher(key, salt).apply(kFirstSeq, std::as_bytes(std::span(plain)), std::as_writable_bytes(std::span(secret)));
  CHECK(secret != plain);
  studio.sendText(publisher, 0, 0, KeyFlag::Even, secret);
  studio.sendText(publisher, 1, 1, KeyFlag::Odd, secret);
  studio.sendText(publisher, 2, 2, KeyFlag::None, plain);
  studio.sendText(publisher, 3, 3, KeyFlag::Both, secret);
  const PacketBatch batch = publisher.takeBatch();
  CHECK(textsOf(batch) == std::vector<std::string>{plain});
  // Nobody need wait for them.
  CHECK(batch.settled == 4);
  ConnectionStats stats;
  publisher.fill(stats);
  CHECK(stats.packetsUndecrypted == 3);
  CHECK(stats.packets == 1);
  CHECK(stats.packetsDropped == 3);

  publisher.onKeyRequest(message, Studio::at(5));
  publisher.onKeyRequest({}, Studio::at(5));
  const auto answers = studio.wire.take();
  REQUIRE(answers.size() == 1);
  CHECK(readControlHeader(answers[0].data()).type == ControlType::User);
  CHECK(readControlHeader(answers[0].data()).subtype == static_cast<int>(ExtensionType::KeyMaterialResponse));
  CHECK(std::ranges::equal(Bytes(answers[0]).subspan(kHeaderBytes), message));
}

TEST_CASE("direct publisher: an encrypted packet on a connection in the clear is not passed on") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  studio.hub.watch("key", 0);
  studio.send(publisher, 0, 0, KeyFlag::Even);
  studio.send(publisher, 1, 1);
  CHECK(indicesOf(publisher.takeBatch()) == Indices{1});
  publisher.onKeyRequest({}, Studio::at(5));
  CHECK(studio.wire.take().empty());
}

TEST_CASE("direct publisher: while it waits for its approval nobody sees its packets, and none of them leaves a hole") {
  Studio studio;
  Publisher& publisher = studio.open();
  for (int i = 0; i < 500; ++i) studio.send(publisher, i, i);
  CHECK_FALSE(publisher.hasNews());
  publisher.tick(Studio::at(500));
  studio.attach(publisher, 501);
  studio.hub.watch("key", 0);
  studio.send(publisher, 500, 501);
  studio.send(publisher, 502, 502);
  studio.send(publisher, 501, 503);
  CHECK(indicesOf(publisher.takeBatch()) == Indices{0, 2, 1});
}

TEST_CASE("direct publisher: what was missing when it began keeps its place") {
  Studio studio;
  Publisher& publisher = studio.openAttached();
  studio.hub.watch("key", 0);
  studio.send(publisher, 2, 2);
  studio.send(publisher, 0, 3);
  studio.send(publisher, 1, 4);
  CHECK(indicesOf(publisher.takeBatch()) == Indices{2, 0, 1});
}

TEST_CASE("direct publisher: a newcomer goes on where the silent one stopped, which is sent away") {
  Studio studio;
  Publisher& old = studio.openAttached();
  studio.hub.watch("key", 0);
  for (int i = 0; i < 5; ++i) studio.send(old, i, i);
  old.takeBatch();
  Publisher& young = studio.openAttached(2000);
  CHECK(studio.takeReplaced().empty());
  studio.send(young, 0, 2001);
  CHECK(studio.takeReplaced() == std::vector<ConnectionId>{old.identity->id});
  studio.send(young, 1, 2002);
  CHECK(studio.takeReplaced().empty());
  const PacketBatch batch = young.takeBatch();
  CHECK(indicesOf(batch) == Indices{5, 6});
  CHECK(batch.settled == 7);

  // It wakes before it is gone.
  studio.send(old, 5, 2003);
  studio.send(old, 9, 2004);
  old.tick(Studio::at(3000));
  CHECK_FALSE(old.hasNews());
  CHECK(young.stream->nextIndex == 7);
  studio.send(young, 2, 2005);
  CHECK(indicesOf(young.takeBatch()) == Indices{7});
}

TEST_CASE("direct publisher: one that wakes before the newcomer has sent anything delivers until then") {
  Studio studio;
  Publisher& old = studio.openAttached();
  studio.hub.watch("key", 0);
  studio.send(old, 0, 0);
  Publisher& young = studio.openAttached(2000);
  studio.send(old, 1, 2001);
  CHECK(indicesOf(old.takeBatch()) == Indices{0, 1});
  studio.send(young, 0, 2002);
  CHECK(indicesOf(young.takeBatch()) == Indices{2});
  CHECK(studio.takeReplaced() == std::vector<ConnectionId>{old.identity->id});
}

TEST_CASE("direct publisher: when the newcomer leaves without a packet the old one goes on as if nothing had been") {
  Studio studio;
  Publisher& old = studio.openAttached();
  studio.hub.watch("key", 0);
  studio.send(old, 0, 0);
  Publisher& young = studio.openAttached(2000);
  studio.hub.detachPublisher(*young.stream, young.identity->id, 0, kStartUs / 1000 + 2100);
  studio.send(old, 1, 2200);
  studio.send(old, 2, 2201);
  CHECK(indicesOf(old.takeBatch()) == Indices{0, 1, 2});
  CHECK(studio.takeReplaced().empty());
  CHECK(old.stream->holder == old.identity->id);
}

TEST_CASE("direct publisher: one that comes back within the linger time continues the numbers") {
  Studio studio;
  Publisher& first = studio.openAttached();
  studio.hub.watch("key", 0);
  for (int i = 0; i < 3; ++i) studio.send(first, i, i);
  studio.hub.detachPublisher(*first.stream, first.identity->id, 5000, kStartUs / 1000 + 10);
  Publisher& second = studio.openAttached(3000);
  CHECK(second.stream == first.stream);
  studio.send(second, 0, 3001);
  CHECK(indicesOf(second.takeBatch()) == Indices{3});
}
