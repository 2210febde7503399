import type { PublisherSettings as StoredSettings } from '../store/stream-id-record.ts'

/** What belongs to a publisher, and is the same in all its rows unless somebody has written them by hand. */
export type PublisherSettings = Readonly<StoredSettings>

const isSameList = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((entry, index) => entry === b[index])

export const isSameSettings = (a: PublisherSettings, b: PublisherSettings) =>
  a.passphrase === b.passphrase &&
  a.maxBitrateKbps === b.maxBitrateKbps &&
  a.bitrateGraceS === b.bitrateGraceS &&
  isSameList(a.publishNetworks, b.publishNetworks)

const lowerLimit = (a: number, b: number) => (a === 0 || b === 0 ? a + b : Math.min(a, b))

/** Undefined: they have none in common. An entry counts as it is written, so that nothing is let in by a mistake. */
function commonNetworks(a: readonly string[], b: readonly string[]): readonly string[] | undefined {
  if (a.length === 0) return b
  if (b.length === 0) return a
  const common = a.filter(network => b.includes(network))
  return common.length === 0 ? undefined : common
}

/** What both allow; of two passphrases the first. Undefined: nobody could publish. */
export function stricter(a: PublisherSettings, b: PublisherSettings): PublisherSettings | undefined {
  const publishNetworks = commonNetworks(a.publishNetworks, b.publishNetworks)
  if (publishNetworks === undefined) return undefined
  return {
    passphrase: a.passphrase === '' ? b.passphrase : a.passphrase,
    maxBitrateKbps: lowerLimit(a.maxBitrateKbps, b.maxBitrateKbps),
    bitrateGraceS: Math.min(a.bitrateGraceS, b.bitrateGraceS),
    publishNetworks,
  }
}
