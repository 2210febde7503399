/** The rows of the store in memory, so that a change of one pair need not read ten thousand. */
export class StreamRows<Row extends { readonly id: number; readonly publisher: string }> {
  readonly #byId = new Map<number, Row>()
  readonly #idsByPublisher = new Map<string, Set<number>>()

  replaceAll(rows: readonly Row[]): void {
    this.#byId.clear()
    this.#idsByPublisher.clear()
    for (const row of rows) this.#add(row)
  }

  /** `rows` are all that these publishers have now. */
  replaceOf(publishers: Iterable<string>, rows: readonly Row[]): void {
    for (const publisher of publishers) {
      for (const id of this.#idsByPublisher.get(publisher) ?? []) this.#byId.delete(id)
      this.#idsByPublisher.delete(publisher)
    }
    for (const row of rows) this.#add(row)
  }

  /** In the order in which they were added. */
  all(): Row[] {
    return [...this.#byId.values()].sort((a, b) => a.id - b.id)
  }

  get size(): number {
    return this.#byId.size
  }

  #add(row: Row): void {
    this.#byId.set(row.id, row)
    const ids = this.#idsByPublisher.get(row.publisher)
    if (ids === undefined) this.#idsByPublisher.set(row.publisher, new Set([row.id]))
    else ids.add(row.id)
  }
}
