import { get, type IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import { until } from '../support/wait.ts'

export interface Seen {
  id: number | undefined
  event: string
  data: Record<string, unknown>
}

export interface SourceOptions {
  key?: string
  headers?: Record<string, string>
}

/** One block of a text/event-stream. */
interface Block {
  id: string | undefined
  event: string | undefined
  data: string | undefined
}

function blockOf(text: string): Block {
  const field = (name: string) =>
    text
      .split('\n')
      .find(line => line.startsWith(`${name}: `))
      ?.slice(name.length + 2)
  return { id: field('id'), event: field('event'), data: field('data') }
}

/** A client of server-sent events, as the HTML Standard wants it: a block without data only moves the last id. */
export class TestEventSource {
  readonly events: Seen[] = []
  readonly response: IncomingMessage
  /** Everything that came. */
  text = ''
  lastEventId = ''
  isEnded = false
  #rest = ''

  private constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => this.#take(chunk))
    response.on('close', () => {
      this.isEnded = true
    })
    response.on('error', () => undefined)
  }

  static async open(url: string, { key, headers = {} }: SourceOptions = {}): Promise<TestEventSource> {
    const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const all = { accept: 'text/event-stream', ...authorization, ...headers }
      get(url, { headers: all, agent: false }, resolve).once('error', reject)
    })
    const source = new TestEventSource(response)
    onTestFinished(() => source.close())
    return source
  }

  get types(): string[] {
    return this.events.map(({ event }) => event)
  }

  /** At least so many events. */
  async waitFor(count: number, deadlineMs = 15_000): Promise<readonly Seen[]> {
    const what = `${count} events, but had ${JSON.stringify(this.types)}`
    await until(() => this.events.length >= count, { deadlineMs, what })
    return this.events
  }

  async waitForType(type: string, deadlineMs = 15_000): Promise<Seen> {
    const find = () => this.events.find(({ event }) => event === type)
    return until(find, { deadlineMs, what: `an event ${type}` }).catch(error => {
      throw new Error(`${error.message}; there were ${JSON.stringify(this.types)}`)
    })
  }

  async waitForEnd(deadlineMs = 15_000): Promise<void> {
    await until(() => this.isEnded, { deadlineMs, what: 'the end of the event stream' })
  }

  /** Takes nothing more, so that the server is held up. */
  pause(): void {
    this.response.pause()
  }

  close(): void {
    this.response.destroy()
  }

  #take(chunk: string): void {
    this.text += chunk
    const blocks = (this.#rest + chunk).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    for (const text of blocks) {
      const { id, event = 'message', data } = blockOf(text)
      if (id !== undefined) this.lastEventId = id
      if (data === undefined) continue
      this.events.push({ id: id === undefined ? undefined : Number(id), event, data: JSON.parse(data) })
    }
  }
}
