/** Unix milliseconds as SQLite's CURRENT_TIMESTAMP writes a time: UTC, whole seconds. */
export function timestampOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
}
