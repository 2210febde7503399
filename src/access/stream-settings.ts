import type { Problem } from '../lib/errors.ts'
import { networkProblem } from './networks.ts'
import { streamIdProblem } from './stream-id-rules.ts'

export interface StreamIdFields {
  publisher?: string | undefined
  player?: string | undefined
  description?: string | null | undefined
  maxPlayers?: number | undefined
  maxBitrateKbps?: number | undefined
  bitrateGraceS?: number | undefined
  passphrase?: string | undefined
  publishNetworks?: readonly string[] | undefined
  playNetworks?: readonly string[] | undefined
  publicName?: string | undefined
}

/** The greatest values; the least is 0 everywhere. */
export const MOST = {
  maxPlayers: 100_000,
  maxBitrateKbps: 10_000_000,
  bitrateGraceS: 3600,
  networks: 64,
  descriptionLength: 1024,
  publicNameLength: 100,
} as const

/** SRTO_PASSPHRASE. Source: libsrt docs/API/API-socket-options.md. */
const PASSPHRASE_BYTES = { least: 10, most: 79 }

type Check = readonly [where: string, what: string | undefined]

function wholeProblem(value: number | undefined, most: number): string | undefined {
  if (value === undefined) return undefined
  const isGood = Number.isInteger(value) && value >= 0 && value <= most
  return isGood ? undefined : `must be a whole number from 0 to ${most}`
}

function passphraseProblem(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined
  const { least, most } = PASSPHRASE_BYTES
  const bytes = Buffer.byteLength(value)
  if (bytes < least || bytes > most) return `must be ${least} to ${most} bytes of UTF-8, or empty for none`
  return /[\p{Cc}\p{Surrogate}]/u.test(value) ? 'must not hold control characters' : undefined
}

function networksProblem(values: readonly string[] | undefined): string | undefined {
  if (values === undefined) return undefined
  if (values.length > MOST.networks) return `must have at most ${MOST.networks} entries`
  return values.map(networkProblem).find(problem => problem !== undefined)
}

function descriptionProblem(value: string | null | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  if (/\p{Surrogate}/u.test(value)) return 'must be well-formed Unicode'
  return value.length > MOST.descriptionLength
    ? `must be a string of at most ${MOST.descriptionLength} characters`
    : undefined
}

function publicNameProblem(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  if (/[\p{Cc}\p{Surrogate}]/u.test(value)) return 'must be well-formed Unicode without control characters'
  return value.length > MOST.publicNameLength
    ? `must be a string of at most ${MOST.publicNameLength} characters`
    : undefined
}

const idProblem = (id: string | undefined) => (id === undefined ? undefined : streamIdProblem(id))

/** Everything that is wrong with the fields of a stream ID that are there. No value is quoted: it may be a secret. */
export function streamIdProblems(fields: StreamIdFields): Problem[] {
  const checks: Check[] = [
    ['publisher', idProblem(fields.publisher)],
    ['player', idProblem(fields.player)],
    ['description', descriptionProblem(fields.description)],
    ['passphrase', passphraseProblem(fields.passphrase)],
    ['max_players', wholeProblem(fields.maxPlayers, MOST.maxPlayers)],
    ['max_bitrate_kbps', wholeProblem(fields.maxBitrateKbps, MOST.maxBitrateKbps)],
    ['bitrate_grace_s', wholeProblem(fields.bitrateGraceS, MOST.bitrateGraceS)],
    ['publish_networks', networksProblem(fields.publishNetworks)],
    ['play_networks', networksProblem(fields.playNetworks)],
    ['public_name', publicNameProblem(fields.publicName)],
  ]
  return checks.flatMap(([where, what]) => (what === undefined ? [] : [{ where, what }]))
}
