export interface SseMessage {
  id: string
  data: string
}

/** Far above any event; a server that sends no end of a line must not fill our memory. */
const MOST_LENGTH = 1_000_000

/** Reads text/event-stream as it comes. Source: HTML Living Standard, 9.2.6. */
export class SseReader {
  #rest = ''
  #data: string[] = []
  #dataLength = 0
  #id = ''
  /** What the server wants us to wait before we come back; undefined: it has not said. */
  retryMs: number | undefined

  /** The messages that end in this piece. Throws RangeError for one without an end. */
  push(text: string): SseMessage[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > MOST_LENGTH || this.#dataLength > MOST_LENGTH)
      throw new RangeError('the event stream has a message without an end')
    return lines.flatMap(line => this.#take(line) ?? [])
  }

  #take(line: string): SseMessage | undefined {
    if (line === '') return this.#dispatch()
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'data') {
      this.#data.push(value)
      this.#dataLength += value.length + 1
    } else if (field === 'id' && !value.includes('\0')) this.#id = value
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) this.retryMs = Number(value)
    return undefined
  }

  #dispatch(): SseMessage | undefined {
    if (this.#data.length === 0) return undefined
    const data = this.#data.join('\n')
    this.#data = []
    this.#dataLength = 0
    return { id: this.#id, data }
  }
}
