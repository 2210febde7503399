import type { ConnectionIdentity, ConnectionStats } from '../../../src/engine/contract.ts'

/** A publisher that has been live for four seconds, at a million milliseconds. */
export function sample(changes: Partial<ConnectionStats> = {}): ConnectionStats {
  return {
    connectionId: 1,
    listener: 'publish:4001',
    role: 'publish',
    streamId: 'studio_1',
    streamKey: 'studio_1',
    peer: '203.0.113.7:40000',
    latencyMs: 1000,
    srtVersion: '1.5.1',
    encrypted: false,
    keyLengthBytes: 0,
    tokenId: '',
    tokenMaxUses: 0,
    tokenExpiresAtS: 0,
    connectedAtMs: 996_000,
    sampledAtMs: 1_000_000,
    lastDataAtMs: 999_900,
    rttMs: 0.0554,
    bufferMs: 956,
    rateKbps: 789.6,
    bandwidthMbps: 12.9124,
    bytes: 400_000,
    packets: 304,
    wireBytes: 414_500,
    packetsLost: 5,
    bytesLost: 6580,
    packetsDropped: 3,
    bytesDropped: 3948,
    packetsRetransmitted: 2,
    packetsBelated: 1,
    packetsDuplicate: 3,
    packetsUndecrypted: 0,
    ringOverruns: 0,
    ringBacklogBytes: 0,
    ...changes,
  }
}

/** What an event tells of the same publisher. */
export function identity(changes: Partial<ConnectionIdentity> = {}): ConnectionIdentity {
  const { connectionId, listener, role, streamId, streamKey, peer, latencyMs, srtVersion } = sample()
  const { encrypted, keyLengthBytes, tokenId, tokenMaxUses, tokenExpiresAtS } = sample()
  return {
    ...{ connectionId, listener, role, streamId, streamKey, peer, latencyMs, srtVersion },
    ...{ encrypted, keyLengthBytes, tokenId, tokenMaxUses, tokenExpiresAtS },
    ...changes,
  }
}
