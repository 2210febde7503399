import { beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionStats } from '../../src/engine/contract.ts'
import {
  averageBytes,
  type Checked,
  expectBetween,
  expectNear,
  mean,
  named,
  ofRole,
  type Pair,
  pairs,
  runAll,
} from '../support/statistics-checks.ts'
import { DELAY_MS } from '../support/statistics-line.ts'
import { LATENCY_MS, MESSAGES } from '../support/statistics-peers.ts'
import { COUNTED_HEADER_BYTES } from '../support/wire-count.ts'

/*
 * The same streams over the same bad networks on each transport, side by side. Every counter is held against the
 * "wire": what passed next to the relay, counted after the draft alone (WireCount); where that does not tell, against
 * the peer and the other transport. "Slack": datagrams that the kernel dropped between relay and wire, 0 unless the
 * machine stands still; each may cost one in any counter, in a byte counter a packet.
 *
 * | counter | of | is | off by at most | because |
 * |---|---|---|---|---|
 * | packets | publisher | with packetsDropped: all numbers from the first to the highest | slack | nothing is open at the end |
 * | | | unique on the wire, less what was too late or unreadable | slack | |
 * | | player | unique on the wire | slack | |
 * | bytes | both | payload of those packets | slack | |
 * | wireBytes | both | payload of all on the wire, and 44 bytes each | slack | |
 * | packetsLost | publisher | passed over on the wire when a later one came | slack | |
 * | | player, direct | asked for before it was acknowledged, each time it was | 5 + slack | what overtakes between wire and relay |
 * | | player, libsrt | no more than that, no less than what was sent again | slack | it counts what it puts on its list: not what waits there already, nor what it has dropped |
 * | bytesLost | publisher | packetsLost, each of average size | 5 %; libsrt 35 % | libsrt: the average of the last ones |
 * | packetsDropped | player, direct | asked for, and never sent again | 5 + 10 % | what was sent again may be too late the next time |
 * | | player, libsrt | 0, but after a blackout | – | 1.5.1 counts the times, not the packets |
 * | bytesDropped | both | packetsDropped, each of average size | 5 %; libsrt 35 % | as bytesLost; not on libsrt's player, see above |
 * | packetsRetransmitted | publisher | with the flag, on the wire | slack | |
 * | | player | all on the wire less the unique ones | slack | first sendings keep the flag of the publisher's |
 * | packetsBelated + packetsDuplicate | publisher | all on the wire, less packets and unreadable ones | slack | |
 * | packetsBelated | publisher, direct | 0 where nothing was given up | slack | libsrt: also what comes again after its acknowledgement |
 * | packetsUndecrypted | publisher | came without their key | slack; 0 where all have theirs | |
 * | rttMs | publisher | smoothed from ACK to ACKACK on the wire | 10 ms | the relay's thread may wait for a core |
 * | | player | what its last ACK told | 0.01 ms; libsrt 10 ms | libsrt takes none from an ACK that repeats the last |
 * | rateKbps | both | what bytes have grown by in the last second, the median; in the end 0 | 15 % | its second is not quite ours |
 * | bandwidthMbps | publisher | the last packet pairs on the wire | factor 2.5 | other clock; libsrt: or what it began with |
 * | | player | what its last ACK told | 1 %; libsrt factor 2 | libsrt smooths that, from what it began with |
 * | bufferMs | publisher | the latency; 0 with cut_through, which keeps nothing | 120 ms | libsrt: what is acknowledged |
 * | | player | as on the other transport: not yet acknowledged | 40 ms | the peer's thread may wait for a core |
 * | ringBacklogBytes | player | next to nothing, nobody is behind | 20 packets | what comes between two turns |
 *
 * What times depend on may be off by as much more as the way there and back took longer than it should, see lagMs();
 * how much counts may differ between the transports, see expectAlike().
 */
const REQUESTS_OFF = 5
const AVERAGE_OFF = { libsrt: 0.35, direct: 0.05 }
const RTT_OFF_MS = 10
const TOLD_OFF_MS = 0.01
const RATE_OFF = 0.15
const PAIRS = { libsrt: 64, direct: 16 }
const PAIRS_FACTOR = 2.5
/** Above that a pair is closer than the step of the proxy's timers. */
const MOST_PAIR_MBPS = 4
const TOLD_FACTOR = { libsrt: 2, direct: 1.01 }
/** The estimate of a libsrt that has seen too few pairs. */
const INITIAL_MBPS = 12
const BUFFER_OFF_MS = 120
const UNACKNOWLEDGED_OFF_MS = 40
const MOST_BACKLOG_BYTES = 20 * 928
const LARGEST_BYTES = 1500
const LEAST_LOST = 8

/** What the way there and back took longer than it should: on a busy machine everything waits for its turn. */
function lagMs({ way, wire }: Checked): number {
  const rttMs = way.role === 'publish' ? wire.measuredRttMs : wire.toldRttMs
  return Math.max(0, rttMs - 2 * DELAY_MS)
}

/** How many times longer everything takes. */
const busy = (one: Checked) => 1 + lagMs(one) / (2 * DELAY_MS)

/** Chance falls otherwise with every datagram more or less: six deviations, room for bursts, more on a busy machine. */
function expectAlike(pair: Pair, read: (one: Checked) => number): void {
  const [a, b] = [read(pair.libsrt), read(pair.direct)]
  const most = Math.max(busy(pair.libsrt), busy(pair.direct))
  expectNear(b, a, (6 * Math.sqrt(a + b) + 10) * most, pair.found)
}

const rttOffMs = ({ libsrt, direct }: Pair) => 2 * RTT_OFF_MS + lagMs(libsrt) + lagMs(direct)

/** What each sample says of the rate, divided by what it grew since the one a second before; in ascending order. */
function rateShares(samples: readonly ConnectionStats[]): number[] {
  const shares = samples.flatMap(now => {
    const then = samples.findLast(one => one.sampledAtMs <= now.sampledAtMs - 1000)
    if (then === undefined) return []
    return [(now.rateKbps * (now.sampledAtMs - then.sampledAtMs)) / 8 / (now.bytes - then.bytes)]
  })
  return shares.sort((a, b) => a - b)
}

function expectBandwidth({ transport, final, found }: Checked, mbps: number, factor: number): void {
  const known = transport === 'libsrt' ? [mbps, INITIAL_MBPS] : [mbps]
  expectBetween(final.bandwidthMbps, Math.min(...known) / factor, Math.max(...known) * factor, found)
}

const unreadableOf = ({ way }: Checked) => way.packetsWithoutKey ?? 0
const isBlackout = ({ way }: Checked) => way.blackoutMs !== undefined

function transmitOf({ peer, found }: Checked) {
  if (!('transmit' in peer)) throw new Error(`srt-live-transmit did not run: ${found}`)
  return peer.transmit
}

describe('the statistics of a connection', () => {
  let checked: Checked[] = []
  let publishers: Checked[] = []
  let players: Checked[] = []

  beforeAll(async () => {
    checked = await runAll()
    publishers = ofRole(checked, 'publish')
    players = ofRole(checked, 'play')
  })

  it('come from networks that were bad, and a machine that could follow', () => {
    const lossy = checked.filter(
      ({ way }) => (way.toServer?.lossPercent ?? way.toClient?.lossPercent) !== undefined,
    )
    expect(lossy.length).toBeGreaterThan(6)
    for (const { way, wire, offered, proxy, slack, found } of lossy) {
      const lost = way.role === 'publish' ? proxy.toServer.lost : proxy.toClient.lost
      expect(lost, found).toBeGreaterThan(LEAST_LOST)
      expectBetween(offered.packets - wire.packets, way.role === 'publish' ? 1 : -slack, lost + slack, found)
      expect(slack, found).toBeLessThan(MESSAGES / 20)
    }
  })

  it('packets, bytes and wireBytes', () => {
    for (const { final, wire, slack, found } of checked) {
      const wireBytes = wire.payloadBytes + COUNTED_HEADER_BYTES * wire.packets
      expectNear(final.wireBytes, wireBytes, slack * LARGEST_BYTES, found)
      expect(final.packets, found).toBeGreaterThan(MESSAGES / 2)
    }
    for (const one of publishers) {
      const { final, wire, slack, found } = one
      const unreadable = unreadableOf(one)
      expectNear(final.packets + final.packetsDropped, wire.span, slack, found)
      const tooLate = wire.uniquePackets - unreadable - final.packets
      expectBetween(tooLate, -slack - 1, final.packetsDropped - unreadable + slack + 1, found)
      const missing = Math.max(0, tooLate + unreadable) + slack
      expectBetween(wire.uniqueBytes - final.bytes, -slack * LARGEST_BYTES, missing * LARGEST_BYTES, found)
    }
    for (const { final, wire, slack, found } of players) {
      expectNear(final.packets, wire.uniquePackets, slack, found)
      expectNear(final.bytes, wire.uniqueBytes, slack * LARGEST_BYTES, found)
    }
  })

  it('packetsLost and bytesLost', () => {
    for (const { transport, final, wire, slack, found } of publishers) {
      expectNear(final.packetsLost, wire.passedOver, slack, found)
      const bytes = final.packetsLost * averageBytes(final)
      expectNear(final.bytesLost, bytes, AVERAGE_OFF[transport] * bytes, found)
    }
    for (const { transport, final, wire, slack, found } of players) {
      if (transport === 'direct') expectNear(final.packetsLost, wire.askedInTime, REQUESTS_OFF + slack, found)
      else expectBetween(final.packetsLost, final.packetsRetransmitted - slack, wire.asked + slack, found)
      expect(final.bytesLost, found).toBe(0)
    }
  })

  it('packetsDropped and bytesDropped', () => {
    const counting = [...publishers, ...players.filter(({ transport }) => transport === 'direct')]
    for (const { transport, final, found } of counting) {
      const bytes = final.packetsDropped * averageBytes(final)
      expectNear(final.bytesDropped, bytes, AVERAGE_OFF[transport] * bytes, found)
    }
    for (const one of players.filter(isBlackout)) {
      const { transport, final, wire, slack, peer, found } = one
      expect(final.packetsDropped, found).toBeGreaterThan(0)
      expect(final.bytesDropped, found).toBeGreaterThan(final.packetsDropped * COUNTED_HEADER_BYTES)
      if (transport === 'libsrt') continue
      const off = REQUESTS_OFF + slack + final.packetsDropped / 10
      expectNear(final.packetsDropped, wire.unanswered, off, found)
      // What is given up here cannot arrive there.
      const gaps = 'srtPeer' in peer && 'gaps' in peer.srtPeer ? peer.srtPeer.gaps : 0
      expect(gaps, found).toBeGreaterThanOrEqual(final.packetsDropped - off)
    }
  })

  it('packetsRetransmitted, packetsBelated and packetsDuplicate', () => {
    for (const one of publishers) {
      const { transport, final, wire, slack, found } = one
      const unreadable = unreadableOf(one)
      expectNear(final.packetsRetransmitted, wire.retransmitted, slack, found)
      const useless = wire.packets - final.packets - unreadable
      expectNear(final.packetsBelated + final.packetsDuplicate, useless, slack + 1, found)
      if (transport !== 'direct') continue
      if (final.packetsDropped === unreadable) expect(final.packetsBelated, found).toBeLessThanOrEqual(slack)
      expectBetween(final.packetsDuplicate, 0, wire.packets - wire.uniquePackets + slack, found)
    }
    for (const { final, wire, slack, found } of players) {
      expectNear(final.packetsRetransmitted, wire.packets - wire.uniquePackets, slack, found)
      expect(final, found).toMatchObject({ packetsBelated: 0, packetsDuplicate: 0 })
    }
  })

  it('packetsUndecrypted', () => {
    for (const one of checked) {
      const { way, final, slack, found } = one
      expectNear(final.packetsUndecrypted, unreadableOf(one), unreadableOf(one) === 0 ? 0 : slack, found)
      expect(final.encrypted, found).toBe(way.passphrase !== undefined)
    }
    expect(
      named(checked, 'up-lost-key')
        .map(unreadableOf)
        .every(count => count > 100),
    ).toBe(true)
  })

  it('rttMs', () => {
    for (const one of publishers) {
      expect(one.wire.rttSamples, one.found).toBeGreaterThan(10)
      expectNear(one.final.rttMs, one.wire.measuredRttMs, RTT_OFF_MS + lagMs(one), one.found)
    }
    for (const one of players) {
      const offMs = one.transport === 'direct' ? TOLD_OFF_MS : RTT_OFF_MS + lagMs(one)
      expectNear(one.final.rttMs, one.wire.toldRttMs, offMs, one.found)
    }
  })

  it('rateKbps', () => {
    for (const one of checked.filter(one => !isBlackout(one) && unreadableOf(one) === 0)) {
      const shares = rateShares(one.during)
      expect(shares.length, one.found).toBeGreaterThan(10)
      expectNear(shares[shares.length >> 1] ?? 0, 1, RATE_OFF, one.found)
      expect(one.final.rateKbps, one.found).toBe(0)
    }
  })

  it('bandwidthMbps', () => {
    const paced = named(publishers, 'up-clean', 'up-loss-8', 'up-deaf-8', 'up-key', 'up-lost-key')
    for (const one of paced) {
      const probedMbps = one.wire.probedMbps(PAIRS[one.transport])
      expect(probedMbps, one.found).toBeGreaterThan(0)
      if (probedMbps < MOST_PAIR_MBPS) expectBandwidth(one, probedMbps, PAIRS_FACTOR * busy(one))
    }
    for (const one of players) {
      const factor = one.transport === 'direct' ? TOLD_FACTOR.direct : TOLD_FACTOR.libsrt * busy(one)
      expectBandwidth(one, one.wire.toldBandwidthMbps, factor)
    }
  })

  it('bufferMs, ringBacklogBytes and ringOverruns', () => {
    for (const one of named(publishers, 'up-clean')) {
      const bufferMs = mean(one.during, sample => sample.bufferMs)
      if (one.relayMode === 'timed') expectNear(bufferMs, LATENCY_MS, BUFFER_OFF_MS + lagMs(one), one.found)
      else expect(bufferMs, one.found).toBe(0)
    }
    for (const { during, found } of players)
      expectBetween(
        mean(during, sample => sample.ringBacklogBytes),
        0,
        MOST_BACKLOG_BYTES,
        found,
      )
    for (const { final, found } of checked) {
      expect(final, found).toMatchObject({ ringBacklogBytes: 0, ringOverruns: 0 })
      // Nothing but the last packets, if they are lost: libsrt does not send them again.
      expectBetween(final.bufferMs, 0, UNACKNOWLEDGED_OFF_MS, found)
    }
    const bufferOf = ({ during }: Checked) => mean(during, sample => sample.bufferMs)
    for (const pair of pairs(players.filter(one => !isBlackout(one)))) {
      const [a, b] = [bufferOf(pair.libsrt), bufferOf(pair.direct)]
      expectNear(b, a, UNACKNOWLEDGED_OFF_MS + lagMs(pair.libsrt) + lagMs(pair.direct), pair.found)
    }
  })

  it('agree with what the peers count', () => {
    for (const one of checked) {
      const { final, peer, way, slack, found } = one
      if (!('srtPeer' in peer)) continue
      if (way.role === 'publish') expect(peer.srtPeer.messages, found).toBe(MESSAGES)
      if (!('gaps' in peer.srtPeer)) continue
      const { messages, gaps, corrupt, duplicates } = peer.srtPeer
      expect({ corrupt, duplicates }, found).toEqual({ corrupt: 0, duplicates: 0 })
      // Neither those before its first one nor those after its last are gaps to it.
      expectBetween(
        final.packets + (way.name === 'down-behind' ? MESSAGES / 20 : 0) - messages - gaps,
        0,
        MESSAGES / 20 + slack,
        found,
      )
    }
    for (const one of named(checked, 'up-loss-3')) {
      const { send, link } = transmitOf(one)
      expectNear(send.packetsUnique, one.offered.uniquePackets, 10, one.found)
      expectNear(send.packetsRetransmitted, one.offered.retransmitted, 3 + one.slack, one.found)
      expectBetween(send.packetsLost, send.packetsRetransmitted, one.offered.asked, one.found)
      expectNear(link.rtt, one.final.rttMs, RTT_OFF_MS + lagMs(one), one.found)
    }
    for (const one of named(checked, 'down-loss-8')) {
      const { recv, link } = transmitOf(one)
      const { final, proxy, slack, found } = one
      expectNear(recv.packetsUnique + recv.packetsDropped, final.packets, 5 + slack, found)
      expectNear(
        recv.bytesUnique,
        final.bytes + COUNTED_HEADER_BYTES * final.packets,
        LARGEST_BYTES * (final.packets - recv.packetsUnique + slack),
        found,
      )
      expect(final.packetsLost, found).toBeGreaterThanOrEqual(recv.packetsLost - slack)
      expectBetween(
        final.packetsRetransmitted - recv.packetsRetransmitted,
        -slack,
        proxy.toClient.lost,
        found,
      )
      expectNear(link.rtt, final.rttMs, RTT_OFF_MS + lagMs(one), found)
    }
  })

  it('are the same on both transports, but for chance', () => {
    const useless = ({ final }: Checked) => final.packetsBelated + final.packetsDuplicate
    for (const pair of pairs(publishers)) {
      expectAlike(pair, ({ final }) => final.packetsLost)
      expectAlike(pair, ({ final }) => final.packetsDropped)
      expectNear(pair.direct.final.rttMs, pair.libsrt.final.rttMs, rttOffMs(pair), pair.found)
      // How often a hole of a second is asked for is the receiver's own policy.
      if (isBlackout(pair.direct)) continue
      expectAlike(pair, ({ final }) => final.packetsRetransmitted)
      expectAlike(pair, useless)
    }
    const perThousand = ({ final }: Checked, count: number) => (count * MESSAGES) / final.packets
    for (const pair of pairs(players)) {
      const { libsrt, direct, found } = pair
      expectNear(direct.final.rttMs, libsrt.final.rttMs, rttOffMs(pair), found)
      if (direct.way.name === 'down-behind') {
        // Cut through, the publisher's holes pass on, and are asked for here too.
        expect(direct.final.packetsLost, found).toBeGreaterThan(libsrt.final.packetsLost)
        continue
      }
      expectAlike(pair, one => perThousand(one, one.final.packetsRetransmitted))
      if (!isBlackout(direct)) expectAlike(pair, one => perThousand(one, one.final.packetsLost))
    }
  })
})
