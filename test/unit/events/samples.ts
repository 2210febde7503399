import type { ConnectionIdentity, ConnectionStats, EngineEvent } from '../../../src/engine/contract.ts'
import type { NewEvent } from '../../../src/events/hub.ts'

let seq = 0
const base = (atMs: number) => {
  seq += 1
  return { seq, atMs }
}

export const NOW_MS = Date.UTC(2026, 0, 31, 12)

export function identity(
  connectionId: number,
  changes: Partial<ConnectionIdentity> = {},
): ConnectionIdentity {
  return {
    connectionId,
    listener: 'publish:4001',
    role: 'publish',
    streamId: 'studio_1',
    streamKey: 'studio_1',
    peer: '203.0.113.7:5000',
    latencyMs: 1000,
    srtVersion: '1.5.3',
    encrypted: false,
    keyLengthBytes: 0,
    tokenId: '',
    tokenMaxUses: 0,
    tokenExpiresAtS: 0,
    ...changes,
  }
}

export const player = (connectionId: number, streamId = 'live_1') =>
  identity(connectionId, { role: 'play', streamId, listener: 'play:4000', peer: '198.51.100.4:6000' })

export const connected = (who: ConnectionIdentity, atMs = NOW_MS): EngineEvent => ({
  ...base(atMs),
  type: 'connected',
  ...who,
})

export const disconnected = (
  connectionId: number,
  changes: Partial<Extract<EngineEvent, { type: 'disconnected' }>> = {},
): EngineEvent => ({
  ...base(NOW_MS),
  type: 'disconnected',
  ...{ connectionId, reason: 'peer', durationMs: 61_500, bytes: 1000 },
  ...changes,
})

export const resync = (): EngineEvent => ({ ...base(NOW_MS), type: 'resync' })

export const refused = (
  changes: Partial<Extract<EngineEvent, { type: 'refused' }>> = {},
): Extract<EngineEvent, { type: 'refused' }> => ({
  ...base(NOW_MS),
  type: 'refused',
  ...{ listener: 'play:4000', reason: 'unknown-stream-id', count: 1, lastPeer: '198.51.100.9:7000' },
  ...{ lastStreamId: 'live_misspelt', latencyMs: -1, encryption: 'unknown' as const },
  ...changes,
})

export function stats(who: ConnectionIdentity, changes: Partial<ConnectionStats> = {}): ConnectionStats {
  return {
    ...who,
    ...{ connectedAtMs: NOW_MS, sampledAtMs: NOW_MS, lastDataAtMs: 0, rttMs: 0, bufferMs: 0, rateKbps: 0 },
    ...{ bandwidthMbps: 0, bytes: 0, packets: 0, wireBytes: 0, packetsLost: 0, bytesLost: 0 },
    ...{ packetsDropped: 0, bytesDropped: 0, packetsRetransmitted: 0, packetsBelated: 0 },
    ...{ packetsDuplicate: 0, packetsUndecrypted: 0, ringOverruns: 0, ringBacklogBytes: 0 },
    ...changes,
  }
}

/** Where events go in a test. */
export class MemorySink {
  readonly events: NewEvent[] = []

  emit(event: NewEvent): void {
    this.events.push(event)
  }

  get told(): string[] {
    return this.events.map(({ type, sessionId }) => (sessionId === null ? type : `${type} ${sessionId}`))
  }
}

export const PLAYERS: Readonly<Record<string, readonly string[]>> = { studio_1: ['live_1', 'live_2'] }
export const playersOf = (streamKey: string): readonly string[] => PLAYERS[streamKey] ?? []
