/** How a program is told to publish or to play. */
export interface Way {
  /** What the program calls it, and what is to be put there. */
  fields: readonly { label: string; text: string }[]
  /** For a QR code: what a phone may take over whole; undefined: nothing. */
  url?: string
  note?: string
}

export interface Target {
  /** As in a URL: IPv6 addresses in brackets. */
  host: string
  port: number
  streamId: string
}

export type Direction = 'publish' | 'play'

const PUBLISH_LATENCY_MS = 1000
const PLAY_LATENCY_MS = 200

/** `latencyMs`: programs made with FFmpeg count in microseconds. */
function urlOf({ host, port, streamId }: Target, more: Readonly<Record<string, number>> = {}): string {
  const query = Object.entries(more).map(([name, value]) => `&${name}=${value}`)
  return `srt://${host}:${port}?streamid=${encodeURIComponent(streamId)}${query.join('')}`
}

const bare = (host: string) => host.replace(/^\[(.*)\]$/, '$1')

const inMicroseconds = (ms: number) => ms * 1000

type Maker = (target: Target) => Way

const PUBLISH: Readonly<Record<string, Maker>> = {
  OBS: target => ({
    fields: [
      { label: 'Settings → Stream → Service', text: 'Custom…' },
      { label: 'Server', text: urlOf(target, { latency: inMicroseconds(PUBLISH_LATENCY_MS) }) },
    ],
    note: 'The field Stream Key stays empty.',
  }),
  FFmpeg: target => ({
    fields: [
      {
        label: 'Command',
        text: `ffmpeg -re -i INPUT -c copy -f mpegts "${urlOf(target, { latency: inMicroseconds(PUBLISH_LATENCY_MS), pkt_size: 1316 })}"`,
      },
    ],
  }),
  Moblin: target => ({
    fields: [{ label: 'URL', text: urlOf(target) }],
    url: urlOf(target),
    note: 'Also for IRL Pro and Larix.',
  }),
  Belabox: target => ({
    fields: [
      { label: 'Receiver address', text: bare(target.host) },
      { label: 'Receiver port', text: String(target.port) },
      { label: 'SRT stream ID', text: target.streamId },
      { label: 'SRT latency', text: String(PUBLISH_LATENCY_MS * 2) },
    ],
    note: 'SRTLA goes through an SRTLA receiver that forwards to this port.',
  }),
  'Plain SRT': target => ({
    fields: [
      { label: 'Host', text: bare(target.host) },
      { label: 'Port', text: String(target.port) },
      { label: 'Mode', text: 'caller' },
      { label: 'Stream ID', text: target.streamId },
      { label: 'URL', text: urlOf(target, { latency: PUBLISH_LATENCY_MS }) },
    ],
    url: urlOf(target),
    note: 'The latency of the URL is in milliseconds, as srt-live-transmit and most encoders have it.',
  }),
}

const PLAY: Readonly<Record<string, Maker>> = {
  OBS: target => ({
    fields: [
      { label: 'Media Source → Input', text: urlOf(target, { latency: inMicroseconds(PLAY_LATENCY_MS) }) },
      { label: 'Input Format', text: 'mpegts' },
    ],
    note: 'Switch Local File off.',
  }),
  VLC: target => ({ fields: [{ label: 'Open Network Stream', text: urlOf(target) }], url: urlOf(target) }),
  FFmpeg: target => ({
    fields: [
      { label: 'Command', text: `ffplay "${urlOf(target, { latency: inMicroseconds(PLAY_LATENCY_MS) })}"` },
    ],
  }),
  'Plain SRT': target => ({
    fields: [
      { label: 'Host', text: bare(target.host) },
      { label: 'Port', text: String(target.port) },
      { label: 'Mode', text: 'caller' },
      { label: 'Stream ID', text: target.streamId },
      { label: 'URL', text: urlOf(target, { latency: PLAY_LATENCY_MS }) },
    ],
    url: urlOf(target),
    note: 'The latency of the URL is in milliseconds.',
  }),
}

const WAYS = { publish: new Map(Object.entries(PUBLISH)), play: new Map(Object.entries(PLAY)) }

export const programsOf = (direction: Direction) => [...WAYS[direction].keys()]

export function wayOf(direction: Direction, program: string, target: Target): Way {
  const maker = WAYS[direction].get(program)
  return maker === undefined ? { fields: [] } : maker(target)
}
