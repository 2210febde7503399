/** One message of an event stream (WHATWG HTML, section 9.2). */
export interface SseMessage {
  id: string
  event: string
  data: string
}

/**
 * Reads an event stream piece by piece. Lines may be cut anywhere; comments are ignored; a message without data is none.
 */
export class SseReader {
  #rest = ''
  #fields: SseMessage = { id: '', event: '', data: '' }
  #hasData = false
  /** Of the last message that is whole, with data or without: whoever comes back goes on there. */
  lastId = ''
  /** What the server wants between connections; null: it has not said. */
  retryMs: number | null = null

  push(piece: string): SseMessage[] {
    const messages: SseMessage[] = []
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = this.#line(line)
      if (message !== undefined) messages.push(message)
    }
    return messages
  }

  #line(line: string): SseMessage | undefined {
    if (line === '') return this.#end()
    if (line.startsWith(':')) return undefined
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') {
      this.#fields.data += this.#hasData ? `\n${value}` : value
      this.#hasData = true
    } else if (name === 'event') this.#fields.event = value
    else if (name === 'id') this.#fields.id = value
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value)
    return undefined
  }

  #end(): SseMessage | undefined {
    const message = this.#fields
    const isMessage = this.#hasData
    this.lastId = message.id
    this.#fields = { id: message.id, event: '', data: '' }
    this.#hasData = false
    return isMessage ? message : undefined
  }
}
