import type { SessionInfo } from '../../streams/sessions.ts'
import type { Session } from '../schemas/sessions.ts'
import { isoOfMs } from './times.ts'

/** `isPublisherShown`: whether the asking key may know the publisher's stream ID. */
export function sessionView(session: SessionInfo, isPublisherShown: boolean): Session {
  const { counters } = session
  return {
    id: session.id,
    role: session.role,
    stream_id: session.streamId,
    publisher: isPublisherShown ? session.publisher : '',
    player: session.player,
    address: session.address,
    port: Number(session.port),
    listener: session.listener,
    since: isoOfMs(session.sinceMs) ?? '',
    uptime: session.uptimeS,
    latency_ms: session.latencyMs,
    srt_version: session.srtVersion,
    encryption: session.encryption,
    token_id: session.tokenId,
    bitrate_kbps: session.bitrateKbps,
    rtt_ms: session.rttMs,
    loss_percent: session.lossPercent,
    buffer_ms: session.bufferMs,
    bandwidth_mbps: session.bandwidthMbps,
    backlog_bytes: session.backlogBytes,
    counters: {
      bytes: counters.bytes,
      packets: counters.packets,
      wire_bytes: counters.wireBytes,
      packets_lost: counters.packetsLost,
      bytes_lost: counters.bytesLost,
      packets_dropped: counters.packetsDropped,
      bytes_dropped: counters.bytesDropped,
      packets_retransmitted: counters.packetsRetransmitted,
      packets_belated: counters.packetsBelated,
      packets_duplicate: counters.packetsDuplicate,
      packets_undecrypted: counters.packetsUndecrypted,
      ring_overruns: counters.ringOverruns,
    },
  }
}
