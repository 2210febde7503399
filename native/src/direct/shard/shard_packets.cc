// The part of the shard that packets go through.
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "direct/shard/shard.h"

namespace sls::direct {
namespace {

// So few that sending at once costs next to nothing.
constexpr std::size_t kFewPlayers = 8;
constexpr std::uint16_t kKeyRequest = static_cast<std::uint16_t>(ExtensionType::KeyMaterialRequest);
constexpr std::uint16_t kKeyResponse = static_cast<std::uint16_t>(ExtensionType::KeyMaterialResponse);

}  // namespace

void Shard::onDatagram(const PortPtr& port, const SocketAddress& from, Bytes packet, MonoUs nowUs) {
  if (packet.size() < kHeaderBytes) return;
  const std::uint32_t socketId = socketIdOf(packet.data());
  if (socketId == 0) {
    onHandshake(port, from, packet, nowUs);
    return;
  }
  const auto found = connections_.find(socketId);
  // Whoever knows a socket ID but sends from elsewhere is not the peer.
  if (found == connections_.end() || !(found->second->target.address == from)) return;
  Connection& connection = *found->second;
  connection.lastHeardUs = nowUs;
  if (connection.identity->role == Role::Publish) {
    onPublisherPacket(static_cast<Publisher&>(connection), packet, nowUs);
  } else if (isControl(packet.data())) {
    onPlayerControl(static_cast<Player&>(connection), readControlHeader(packet.data()), packet.subspan(kHeaderBytes),
                    nowUs);
  }
}

void Shard::onPublisherPacket(Publisher& publisher, Bytes packet, MonoUs nowUs) {
  if (isControl(packet.data())) {
    onPublisherControl(publisher, readControlHeader(packet.data()), packet.subspan(kHeaderBytes), nowUs);
    return;
  }
  publisher.onData(packet, shared_.hub, replaced_, nowUs);
  queueNews(publisher);
  for (const PublisherRef& one : std::exchange(replaced_, {})) {
    shared_.shards[one.shard]->postClose(one.id, CloseReason::Replaced);
  }
}

void Shard::onPublisherControl(Publisher& publisher, const ControlHeader& header, Bytes body, MonoUs nowUs) {
  switch (header.type) {
    case ControlType::AckAck: publisher.onAckAck(header, nowUs); break;
    case ControlType::DropRequest:
      if (const auto range = parseDropRequest(body)) publisher.onDropRequest(*range, nowUs);
      queueNews(publisher);
      break;
    case ControlType::User:
      if (header.subtype == kKeyRequest) publisher.onKeyRequest(body, nowUs);
      break;
    case ControlType::Shutdown: close(publisher, CloseReason::Peer); break;
    default: break;
  }
}

void Shard::onPlayerControl(Player& player, const ControlHeader& header, Bytes body, MonoUs nowUs) {
  switch (header.type) {
    case ControlType::Ack:
      if (const auto ack = parseAck(body)) {
        player.sender.onAck(*ack);
        player.sender.deferAckAck(header.info);
        if (player.view == nullptr || player.view->playerCount() <= kFewPlayers) {
          player.sender.sendAckAck(egress_, nowUs);
        }
        if (player.sender.behindSinceUs() != 0 && player.view != nullptr) {
          player.sender.pump(player.view->playable(), egress_, nowUs);
        }
      }
      break;
    case ControlType::Nak:
      if (player.view != nullptr) player.sender.onNak(NakReader(body), player.view->playable(), egress_, nowUs);
      break;
    case ControlType::User:
      if (header.subtype == kKeyResponse) player.sender.onKeyAnswer(body);
      break;
    case ControlType::Shutdown: close(player, CloseReason::Peer); break;
    default: break;
  }
}

void Shard::queueNews(Publisher& publisher) {
  if (publisher.isQueued || !publisher.hasNews()) return;
  publisher.isQueued = true;
  news_.push_back(&publisher);
}

// To every shard that has players of the stream: the same batch, the same payloads.
void Shard::handOnNews(MonoUs nowUs) {
  for (Publisher* publisher : std::exchange(news_, {})) {
    publisher->isQueued = false;
    const auto batch = std::make_shared<const PacketBatch>(publisher->takeBatch());
    if (!batch->stream) continue;
    const std::uint64_t watchers = batch->stream->watchers.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < shared_.shards.size(); ++i) {
      if ((watchers >> i & 1U) != 0 && i != index_) shared_.shards[i]->postBatch(batch);
    }
    take(*batch, nowUs);
  }
}

void Shard::take(const PacketBatch& batch, MonoUs nowUs) {
  const auto found = views_.find(batch.stream->key);
  if (found == views_.end() || found->second->stream() != batch.stream) return;
  StreamView& view = *found->second;
  for (const NewPacket& one : batch.packets) view.put(one.index, one.packet, batch.blocks[one.block]);
  for (const IndexRange range : batch.gone) view.putGone(range);
  view.settle(batch.settled);
  schedule(view, nowUs);
}

// Few players get everything at once; for many it pays to let a few packets gather, so that they leave as a train.
void Shard::schedule(StreamView& view, MonoUs nowUs) {
  const MonoUs mostUs = services_.spec.egressBatchMs * MonoUs{1000};
  // The last of the players waits for the sending to the others too.
  const MonoUs gatherUs = view.playerCount() <= kFewPlayers ? 0 : std::max(mostUs - view.lastFlushTookUs, mostUs / 2);
  const MonoUs readyUs = shared_.isTimed ? view.nextReleaseUs() : nowUs;
  if (readyUs == StreamView::kNever) return;
  const MonoUs dueUs = readyUs + gatherUs;
  if (view.flushDueUs == StreamView::kNever) {
    pending_.push_back(&view);
    view.flushDueUs = dueUs;
  }
  view.flushDueUs = std::min(view.flushDueUs, dueUs);
}

void Shard::flushDue(MonoUs nowUs) {
  if (pending_.empty()) return;
  for (StreamView* view : std::exchange(pending_, {})) {
    if (view->flushDueUs > nowUs) {
      pending_.push_back(view);
      continue;
    }
    view->flushDueUs = StreamView::kNever;
    view->flush(egress_, nowUs);
    if (view->playerCount() > kFewPlayers) {
      egress_.flush();
      view->lastFlushTookUs = monoNowUs() - nowUs;
    }
    if (shared_.isTimed) schedule(*view, nowUs);
  }
}

}  // namespace sls::direct
