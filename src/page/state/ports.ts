import { type Data, get, type Page } from '../api/client.ts'
import type { Session } from '../api/types.ts'
import { identity } from './session.ts'

/** The UDP ports that streams come and go by. */
export interface Ports {
  publish: number
  play: number
  /** Null: there is none for SRTLA receivers. */
  srtla: number | null
  /** The key may not know the configuration, and nobody is connected: these are the defaults. */
  isAssumed: boolean
}

const DEFAULTS = { publish: 4001, play: 4000, srtla: null }

interface Directive {
  name: string
  server: number | null
  value: string | null
}

const portOf = (text: string | null | undefined) => {
  const port = Number(text ?? Number.NaN)
  return Number.isInteger(port) && port > 0 ? port : undefined
}

async function fromConfig(signal: AbortSignal): Promise<Ports> {
  const { data } = await get<Data<Directive[]>>('/api/config', { signal })
  const first = (name: string) =>
    data
      .filter(directive => directive.name === name && directive.server !== null)
      .map(({ value }) => portOf(value))
      .find(port => port !== undefined)
  return {
    publish: first('listen_publisher') ?? DEFAULTS.publish,
    play: first('listen_player') ?? DEFAULTS.play,
    srtla: first('listen_publisher_srtla') ?? null,
    isAssumed: false,
  }
}

/** 'publish:4001' and 'publish:127.0.0.1:4001' → 4001. */
const portOfListener = (listener: string | undefined) => portOf(/:(\d+)$/.exec(listener ?? '')?.[1])

async function fromSessions(signal: AbortSignal): Promise<Ports> {
  const { data } = await get<Page<Session>>('/api/sessions', { query: { limit: 1000 }, signal })
  const seen = (kind: string) =>
    portOfListener(data.map(({ listener }) => listener).find(name => name.startsWith(`${kind}:`)))
  const [publish, play] = [seen('publish'), seen('play')]
  return {
    publish: publish ?? DEFAULTS.publish,
    play: play ?? DEFAULTS.play,
    srtla: seen('publish-srtla') ?? null,
    isAssumed: publish === undefined || play === undefined,
  }
}

/** From the configuration where the key may read it, else from where sessions came in. */
export function loadPorts(signal: AbortSignal): Promise<Ports> {
  const who = identity.value
  const mayRead = who !== null && who.permission === 'admin' && who.isScoped !== true
  return mayRead ? fromConfig(signal) : fromSessions(signal)
}
