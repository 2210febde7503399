import { type Data, get } from '../api/client.ts'

/** The UDP ports that streams come and go by, of the first server block. */
export interface Ports {
  publish: number
  play: number
  /** Null: there is none for SRTLA receivers. */
  srtla: number | null
}

interface Listeners {
  listeners: readonly { player: number; publisher: number; publisher_srtla: number | null }[]
}

export async function loadPorts(signal: AbortSignal): Promise<Ports> {
  const { data } = await get<Data<Listeners>>('/api/key', { signal })
  const first = data.listeners[0]
  if (first === undefined) throw new Error('The server has no SRT ports.')
  return { publish: first.publisher, play: first.player, srtla: first.publisher_srtla }
}
