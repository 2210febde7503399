/** A JSON object of an answer, read by name. What is missing or of another type is empty, 0 or null. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(value: unknown) {
    this.#values = value !== null && typeof value === 'object' ? { ...value } : {}
  }

  text(name: string): string {
    const value = this.#values[name]
    return typeof value === 'string' ? value : ''
  }

  textOrNull(name: string): string | null {
    const value = this.#values[name]
    return typeof value === 'string' ? value : null
  }

  number(name: string): number {
    return this.numberOrNull(name) ?? 0
  }

  numberOrNull(name: string): number | null {
    const value = this.#values[name]
    return typeof value === 'number' ? value : null
  }

  fields(name: string): Fields {
    return new Fields(this.#values[name])
  }

  list(name: string): Fields[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.map(each => new Fields(each)) : []
  }

  texts(name: string): string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
  }

  /** Everything, for a reader that takes it as it comes. */
  entries(): [string, unknown][] {
    return Object.entries(this.#values)
  }

  toJSON(): unknown {
    return this.#values
  }
}
