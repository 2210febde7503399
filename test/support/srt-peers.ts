import { messageOf } from '../../src/lib/errors.ts'
import { Child, type ExitStatus } from './child.ts'
import { peerTool } from './tools.ts'
import { until } from './wait.ts'

/** What srt_peer's connections have in common; times and units as in `srt_peer --help`. */
export interface PeerOptions {
  port: number
  streamId: string
  host?: string
  latencyMs?: number
  passphrase?: string
  keyLengthBytes?: 16 | 24 | 32
  /** A new key after so many packets, announced so many before it, at most half of them. */
  keyRefresh?: { everyPackets: number; announcedPackets: number }
  count?: number
  seconds?: number
  connectTimeoutMs?: number
  printIntervalMs?: number
  /** Default true: the process ends once no connection is left. */
  exitAfterBroken?: boolean
}

export interface PublishOptions extends PeerOptions {
  /** '1316', '188,1316' or '188-1456': sizes taken in turn. */
  payloadBytes?: number | string
  /** 0 = as fast as the connection takes it. */
  rateKbps?: number
  /** The connection stays open this long after the last message. */
  holdMs?: number
}

export interface PlayOptions extends PeerOptions {
  connections?: number
  /** Default true; false for publishers other than srt_peer. */
  verify?: boolean
}

export interface ConnectedEvent {
  event: 'connected'
  connection: number
  /** Negotiated, for what we receive. */
  latencyMs: number
  /** Negotiated, for what we send. */
  peerLatencyMs: number
  encrypted: boolean
  connectMs: number
}

export interface RefusedEvent {
  event: 'refused'
  connection: number
  /** 1400 and above: the relay's reason; below 1000: libsrt's own (SRT_REJECT_REASON). */
  reject: number
  text: string
}

export interface BrokenEvent {
  event: 'broken'
  connection: number
}

/** The publisher's last message went out; the connection is still held. */
export interface SentEvent {
  event: 'sent'
  messages: number
}

export interface MessageCounters {
  messages: number
  bytes: number
  /** Messages that never came. */
  gaps: number
  duplicates: number
  reordered: number
  /** Messages that were not bit-exact, or not as long as they were sent. */
  corrupt: number
  /** Runs of publishers seen: 2 after one has returned. */
  sessions: number
  /** Of the last session; of several connections the greatest. */
  firstSequence: number
  /** Of the last session; of several connections the least. */
  nextSequence: number
}

export interface ProgressEvent extends Partial<MessageCounters> {
  event: 'progress'
  messages: number
  bytes: number
  /** Play only: connections that are up. */
  connected?: number
}

export interface PublishDone {
  event: 'done'
  messages: number
  bytes: number
  broken: boolean
  seconds: number
}

export interface PlayedConnection extends MessageCounters {
  /** After its connect; -1 = no message. */
  firstMessageMs: number
  broken: boolean
}

export interface PlayDone extends MessageCounters {
  event: 'done'
  /** Of the slowest connection. */
  firstMessageMs: number
  delayP50Ms: number | null
  delayP99Ms: number | null
  connected: number
  refused: number
  broken: number
  connections: PlayedConnection[]
}

export type PeerDone = PublishDone | PlayDone
export type PeerEvent<Done extends PeerDone = PeerDone> =
  | ConnectedEvent
  | RefusedEvent
  | BrokenEvent
  | SentEvent
  | ProgressEvent
  | Done
export type PeerEventName = PeerEvent['event']

type Named<Name extends PeerEventName, Done extends PeerDone> = Extract<PeerEvent<Done>, { event: Name }>

/** See the exit codes in `srt_peer --help`. */
export const PEER_EXIT = { ok: 0, failure: 1, refused: 3, broken: 4, corrupt: 5 } as const

const DEADLINE_MS = 15_000

/** A running srt_peer. */
export class Peer<Done extends PeerDone = PeerDone> {
  readonly events: PeerEvent<Done>[] = []
  readonly child: Child

  constructor(args: readonly string[]) {
    this.child = new Child(peerTool('srt_peer'), args, {
      // The program's output format is declared above and checked by its own test.
      onStdoutLine: line => this.events.push(JSON.parse(line) as PeerEvent<Done>),
    })
  }

  get exited(): Promise<ExitStatus> {
    return this.child.exited
  }

  /** The first event of that name, past or to come, for which `where` holds. */
  waitFor<Name extends PeerEventName>(
    name: Name,
    deadlineMs: number = DEADLINE_MS,
    where: (event: Named<Name, Done>) => boolean = () => true,
  ): Promise<Named<Name, Done>> {
    return this.waitForAny([name], deadlineMs, where)
  }

  /** The first event with one of the names, past or to come. Throws when the process ends without one. */
  async waitForAny<Name extends PeerEventName>(
    names: readonly Name[],
    deadlineMs: number = DEADLINE_MS,
    where: (event: Named<Name, Done>) => boolean = () => true,
  ): Promise<Named<Name, Done>> {
    const what = `srt_peer to report ${names.join(' or ')}`
    const isWanted = (event: PeerEvent<Done>): event is Named<Name, Done> =>
      // The tag is what distinguishes them.
      names.includes(event.event as Name) && where(event as Named<Name, Done>)
    return until(
      () => {
        const hasEnded = this.child.exitStatus !== undefined
        const found = this.events.find(isWanted)
        if (found === undefined && hasEnded) throw new Error(`waited in vain for ${what}: it ended first`)
        return found
      },
      { deadlineMs, what },
    ).catch(error => {
      throw new Error(`${messageOf(error)}\n${this.child.output}`, { cause: error })
    })
  }

  /** The final counters, once the process has ended by itself. Throws if it ended without them. */
  async result(deadlineMs: number = 60_000): Promise<Done & { exitCode: number | null }> {
    const done = await this.waitFor('done', deadlineMs)
    const { code } = await this.exited
    return { ...done, exitCode: code }
  }

  /** SIGTERM: it closes its connections, reports 'done' and ends. */
  stop(): Promise<ExitStatus> {
    return this.child.stop()
  }

  /** SIGTERM, then the final counters. */
  async finish(): Promise<Done & { exitCode: number | null }> {
    await this.stop()
    return this.result()
  }

  /** Ends without a word to the relay. */
  kill9(): Promise<ExitStatus> {
    return this.child.kill()
  }

  sigstop(): void {
    this.child.sigstop()
  }

  sigcont(): void {
    this.child.sigcont()
  }
}

type Value = string | number | undefined

const words = (values: Record<string, Value>): string[] =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]))

function connectionWords(options: PeerOptions): string[] {
  const flags = options.exitAfterBroken === false ? [] : ['--exit-after-broken']
  return [
    ...flags,
    ...words({
      host: options.host,
      port: options.port,
      streamid: options.streamId,
      'latency-ms': options.latencyMs,
      passphrase: options.passphrase,
      pbkeylen: options.keyLengthBytes,
      'km-refresh-packets': options.keyRefresh?.everyPackets,
      'km-preannounce-packets': options.keyRefresh?.announcedPackets,
      count: options.count,
      seconds: options.seconds,
      'connect-timeout-ms': options.connectTimeoutMs,
      'print-interval-ms': options.printIntervalMs ?? 200,
    }),
  ]
}

/** Publishes numbered messages; without count or seconds until it is stopped. */
export function publish(options: PublishOptions): Peer<PublishDone> {
  const traffic = words({
    'payload-bytes': options.payloadBytes,
    'rate-kbps': options.rateKbps,
    'hold-ms': options.holdMs,
  })
  return new Peer(['publish', ...connectionWords(options), ...traffic])
}

/** Plays and checks every message; without count or seconds until it is stopped. */
export function play(options: PlayOptions): Peer<PlayDone> {
  const flags = options.verify === false ? ['--no-verify'] : []
  return new Peer([
    'play',
    ...flags,
    ...connectionWords(options),
    ...words({ connections: options.connections }),
  ])
}
