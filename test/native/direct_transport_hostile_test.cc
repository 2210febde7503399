// Datagrams that no honest peer sends, while a stream flows.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "direct/wire/control.h"
#include "direct_loopback_world.h"

using namespace sls;
using namespace sls::test;

namespace {

constexpr std::int64_t kPackets = 300;

using Datagram = std::vector<std::byte>;

Datagram controlPacket(ControlType type, std::uint32_t socketId, std::vector<std::uint32_t> words = {0}) {
  Datagram packet(kHeaderBytes + words.size() * 4);
  write(packet.data(), ControlHeader{.type = type, .subtype = 0, .info = 1, .timestampUs = 1, .socketId = socketId});
  for (std::size_t i = 0; i < words.size(); ++i) writeWord(packet.data() + kHeaderBytes + i * 4, words[i]);
  return packet;
}

Datagram dataPacket(std::uint32_t seq, std::uint32_t socketId) {
  Datagram packet(kHeaderBytes + 100);
  write(packet.data(), DataHeader{.seq = seq, .message = 1, .timestampUs = 1, .socketId = socketId});
  return packet;
}

// What ends or ruins a connection if it is believed.
std::vector<Datagram> harmful(std::uint32_t socketId) {
  std::vector<Datagram> packets{controlPacket(ControlType::Shutdown, socketId),
                                controlPacket(ControlType::Ack, socketId, {2000, 1, 1, 0, 1, 1, 1}),
                                controlPacket(ControlType::Nak, socketId, {0x8000'0000 | 1000, 1200}),
                                controlPacket(ControlType::DropRequest, socketId, {1000, 1500}),
                                controlPacket(ControlType::AckAck, socketId),
                                controlPacket(ControlType::User, socketId)};
  for (std::uint32_t seq = 1000; seq < 1500; seq += 25) packets.push_back(dataPacket(seq, socketId));
  return packets;
}

// What a peer may send of its own connection without a use, and must not ruin it.
std::vector<Datagram> absurd(std::uint32_t socketId) {
  return {controlPacket(ControlType::Ack, socketId, {0x3FFF'FFFF}),
          controlPacket(ControlType::Ack, socketId, {0}),
          controlPacket(ControlType::Nak, socketId, {0x8000'0000, kSeqMask}),
          controlPacket(ControlType::Nak, socketId, {0xFFFF'FFFF, 0xFFFF'FFFF}),
          controlPacket(ControlType::Nak, socketId, std::vector<std::uint32_t>(300, 0x8000'0001)),
          controlPacket(ControlType::DropRequest, socketId, {5000, 4000}),
          controlPacket(ControlType::AckAck, socketId, {0xFFFF'FFFF}),
          controlPacket(ControlType::Handshake, socketId, {5, 0, 0, 1500, 8192, 0xFFFF'FFFF, 1, 0, 0, 0, 0, 0}),
          controlPacket(ControlType::PeerError, socketId),
          controlPacket(ControlType::CongestionWarning, socketId),
          dataPacket(0x2000'0000, socketId)};
}

class Stranger {
 public:
  explicit Stranger(int port)
      : socket_(UdpSocket::bound("127.0.0.1", 0, false)), to_(SocketAddress::parse("127.0.0.1", port)) {}
  void send(Bytes packet) const {
    // What does not fit is lost: there is more of it than anybody counts.
    sendto(socket_.fd(), packet.data(), packet.size(), MSG_DONTWAIT, to_.get(), to_.size());
  }

 private:
  UdpSocket socket_;
  SocketAddress to_;
};

struct Scene {
  explicit Scene(LoopbackWorld& world) : publisher(world.publish("a", 1)), player(playOf(world, publisher)) {
    publisher.goal = kPackets;
    REQUIRE(world.until([&] { return player.count(1) > 0; }));
  }
  static LoopbackPlayer& playOf(LoopbackWorld& world, const LoopbackPublisher& publisher) {
    REQUIRE(world.untilConnected({&publisher}));
    auto& player = world.play("a");
    REQUIRE(world.untilConnected({&player}));
    return player;
  }

  LoopbackPublisher& publisher;
  LoopbackPlayer& player;
};

EngineSpec shards(int count) {
  EngineSpec spec;
  spec.workerCount = count;
  return spec;
}

}  // namespace

TEST_CASE("srt transport: packets from another address are nobody's") {
  LoopbackWorld world(shards(2));
  world.relay.addStream("a");
  const Scene scene(world);
  // Enough of them that every shard has some.
  for (int i = 0; i < 8; ++i) {
    const Stranger toPublishers(world.relay.publishPort());
    const Stranger toPlayers(world.relay.playPort());
    for (const auto& packet : harmful(scene.publisher.settled().peerSocketId)) toPublishers.send(packet);
    for (const auto& packet : harmful(scene.player.settled().peerSocketId)) toPlayers.send(packet);
    // The right ID at the wrong port.
    for (const auto& packet : harmful(scene.player.settled().peerSocketId)) toPublishers.send(packet);
    scene.publisher.goal += 20;
    world.forMs(5);
  }
  CHECK(world.until([&] { return scene.player.hasAll(1, scene.publisher.goal); }));
  CHECK(scene.player.heard().size() == 1);
  CHECK(scene.publisher.isConnected());
  CHECK(scene.player.isConnected());
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: absurd control packets of a peer itself ruin nothing") {
  LoopbackWorld world(shards(2));
  world.relay.addStream("a");
  const Scene scene(world);
  for (int i = 0; i < 20; ++i) {
    for (const auto& packet : absurd(scene.publisher.settled().peerSocketId)) scene.publisher.sendRaw(packet);
    for (const auto& packet : absurd(scene.player.settled().peerSocketId)) scene.player.sendRaw(packet);
    scene.publisher.goal += 20;
    world.forMs(5);
  }
  CHECK(world.until([&] { return scene.player.hasAll(1, scene.publisher.goal); }));
  CHECK(scene.player.givenUpCount() == 0);
  CHECK(world.fault() == "");
}

TEST_CASE("srt transport: a flood of handshakes and noise leaves nothing behind") {
  LoopbackWorld world(shards(2));
  world.relay.addStream("a");
  const Scene scene(world);
  std::mt19937 random(1);
  const auto word = [&] { return static_cast<std::uint32_t>(random()); };
  const std::array ports{world.relay.publishPort(), world.relay.playPort()};
  for (int round = 0; round < 20; ++round) {
    for (const int port : ports) {
      const Stranger stranger(port);
      for (int i = 0; i < 30; ++i) {
        const std::uint32_t id = word();
        stranger.send(controlPacket(ControlType::Handshake, 0, {4, 2, word(), 1500, 8192, 1, id, 0, 0, 0, 0, 0}));
        // With cookies that were never given out.
        stranger.send(
            controlPacket(ControlType::Handshake, 0, {5, 1, word(), 1500, 8192, kConclusion, id, word(), 0, 0, 0, 0}));
        Datagram noise(random() % 1500);
        for (std::byte& one : noise) one = static_cast<std::byte>(random());
        stranger.send(noise);
        if (noise.size() >= kHeaderBytes) {
          writeWord(noise.data() + 12, scene.player.settled().peerSocketId);
          stranger.send(noise);
        }
      }
    }
    scene.publisher.goal += 20;
    world.forMs(5);
  }
  CHECK(world.until([&] { return scene.player.hasAll(1, scene.publisher.goal); }));
  CHECK(world.relay.connectionCount() == 2);
  CHECK(scene.player.heard().size() == 1);
  CHECK(world.fault() == "");
}
