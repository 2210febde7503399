import { describe, expect, it } from 'vitest'
import type { ConnectionStats } from '../../../src/engine/contract.ts'
import {
  encryptionOf,
  lossPercent,
  type SessionFilter,
  sessionsOf,
  toSession,
} from '../../../src/streams/sessions.ts'
import { sample } from './samples.ts'

const NOW_MS = 1_000_000

describe('toSession', () => {
  it('shows a publisher', () => {
    expect(toSession(sample({ encrypted: true, keyLengthBytes: 32 }), NOW_MS)).toEqual({
      id: 1,
      role: 'publisher',
      streamId: 'studio_1',
      publisher: 'studio_1',
      player: null,
      address: '203.0.113.7',
      port: '40000',
      listener: 'publish:4001',
      sinceMs: 996_000,
      uptimeS: 4,
      latencyMs: 1000,
      srtVersion: '1.5.1',
      encryption: 'AES-256',
      tokenId: null,
      bitrateKbps: 790,
      rttMs: 0.055,
      lossPercent: 1.629,
      bufferMs: 956,
      bandwidthMbps: 12.912,
      backlogBytes: 0,
      counters: {
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
      },
    })
  })

  it('shows a player with the number of its token', () => {
    const player = sample({ role: 'play', streamId: 'live_1', tokenId: 'abc', peer: '[2001:db8::1]:5' })
    expect(toSession(player, NOW_MS)).toMatchObject({
      role: 'player',
      streamId: 'live_1',
      publisher: 'studio_1',
      player: 'live_1',
      tokenId: 'abc',
      address: '2001:db8::1',
      port: '5',
    })
  })

  it('has no bitrate in silence, and no negative time', () => {
    expect(toSession(sample({ lastDataAtMs: NOW_MS - 1500 }), NOW_MS).bitrateKbps).toBe(0)
    expect(toSession(sample({ connectedAtMs: NOW_MS + 5000 }), NOW_MS).uptimeS).toBe(0)
  })
})

describe('encryptionOf', () => {
  it.each([
    [false, 0, 'none'],
    [true, 16, 'AES-128'],
    [true, 24, 'AES-192'],
    [true, 32, 'AES-256'],
    [true, 0, 'unknown length'],
  ])('names %s with %d bytes %s', (encrypted, keyLengthBytes, name) => {
    expect(encryptionOf({ encrypted, keyLengthBytes })).toBe(name)
  })
})

describe('lossPercent', () => {
  const loss = (changes: Partial<ConnectionStats>) =>
    lossPercent(
      sample({ packets: 0, packetsLost: 0, packetsDropped: 0, packetsRetransmitted: 0, ...changes }),
    )

  it('is what did not come at once, of what was sent', () => {
    expect(loss({ packets: 100, packetsLost: 50, packetsRetransmitted: 50 })).toBe(50)
    expect(loss({ packets: 50, packetsLost: 50, packetsDropped: 50 })).toBe(50)
    expect(loss({ packets: 300, packetsLost: 1 })).toBe(0.333)
  })

  it('counts for a player what was sent again as sent', () => {
    expect(loss({ role: 'play', packets: 90, packetsLost: 10, packetsRetransmitted: 10 })).toBe(10)
    expect(loss({ role: 'play', packets: 100, packetsLost: 10, packetsDropped: 100 })).toBe(10)
  })

  it('stays between 0 and 100', () => {
    expect(loss({})).toBe(0)
    expect(loss({ packetsLost: -1, packets: 10 })).toBe(0)
    expect(loss({ packetsLost: 5 })).toBe(100)
    expect(loss({ packets: 1, packetsLost: 1000 })).toBe(100)
  })
})

describe('sessionsOf', () => {
  const connections = [
    sample({ connectionId: 9, role: 'play', streamId: 'live_2' }),
    sample({ connectionId: 3 }),
    sample({ connectionId: 7, role: 'play', streamId: 'live_1' }),
    // A publisher may bear the name of somebody else's player.
    sample({ connectionId: 5, streamId: 'live_1', streamKey: 'live_1' }),
  ]
  const ids = (filter: Partial<SessionFilter>) =>
    sessionsOf(connections, { limit: 100, ...filter }, NOW_MS).map(({ id }) => id)

  it('lists in the order in which they came, and leaves its input alone', () => {
    expect(ids({})).toEqual([3, 5, 7, 9])
    expect(connections.map(({ connectionId }) => connectionId)).toEqual([9, 3, 7, 5])
  })

  it.each<[Partial<SessionFilter>, number[]]>([
    [{ role: 'play' }, [7, 9]],
    [{ role: 'publish' }, [3, 5]],
    [{ player: 'live_1' }, [7]],
    [{ publisher: 'studio_1' }, [3, 7, 9]],
    [{ publisher: 'live_1' }, [5]],
    [{ role: 'publish', player: 'live_1' }, []],
    [{ isVisible: ({ streamId }) => streamId === 'live_2' }, [9]],
    [{ afterId: 5 }, [7, 9]],
    [{ limit: 2 }, [3, 5, 7]],
    [{ limit: 2, afterId: 7 }, [9]],
  ])('filters by %j', (filter, expected) => {
    expect(ids(filter)).toEqual(expected)
  })
})
