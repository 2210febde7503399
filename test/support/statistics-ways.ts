import { DELAY_MS, type Way } from './statistics-line.ts'

const loss = (lossPercent: number) => ({ delayMs: DELAY_MS, lossPercent })
/** Many overtake each other, some come twice, none is lost. */
const MESS = { delayMs: DELAY_MS, jitterMs: 15, duplicatePercent: 5 }
const PASSPHRASE = 'correct horse battery'

/** up-…: between publisher and relay. */
const PUBLISHERS = [
  { name: 'up-clean', role: 'publish' },
  { name: 'up-loss-3', role: 'publish', toServer: loss(3), isTransmit: true },
  { name: 'up-loss-8', role: 'publish', toServer: loss(8) },
  // Acknowledgements and requests are lost.
  { name: 'up-deaf-8', role: 'publish', toServer: loss(3), toClient: loss(8) },
  { name: 'up-mess', role: 'publish', toServer: MESS, toClient: MESS },
  { name: 'up-blackout', role: 'publish', blackoutMs: 1500 },
  { name: 'up-key', role: 'publish', toServer: loss(3), toClient: loss(3), passphrase: PASSPHRASE },
  { name: 'up-lost-key', role: 'publish', passphrase: PASSPHRASE, packetsWithoutKey: 200 },
] as const satisfies readonly Way[]

/** down-…: between relay and player, of a publisher that is not impaired; 'down-behind' is the other way round. */
const PLAYERS = [
  { name: 'down-clean', role: 'play', stream: 'up-clean' },
  { name: 'down-loss-3', role: 'play', stream: 'up-clean', toClient: loss(3) },
  { name: 'down-loss-8', role: 'play', stream: 'up-clean', toClient: loss(8), isTransmit: true },
  { name: 'down-deaf-8', role: 'play', stream: 'up-clean', toServer: loss(8), toClient: loss(3) },
  { name: 'down-mess', role: 'play', stream: 'up-clean', toServer: MESS, toClient: MESS },
  { name: 'down-blackout', role: 'play', stream: 'up-clean', blackoutMs: 1800 },
  { name: 'down-behind', role: 'play', stream: 'up-loss-8' },
] as const satisfies readonly Way[]

export const ALL_WAYS: readonly Way[] = [...PUBLISHERS, ...PLAYERS]
export type WayName = (typeof PUBLISHERS)[number]['name'] | (typeof PLAYERS)[number]['name']

/** Where packets wait for the publisher's latency. */
export const TIMED_WAYS: readonly Way[] = ALL_WAYS.filter(({ name }) => name.endsWith('-clean'))
