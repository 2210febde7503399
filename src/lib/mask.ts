/** A stream ID as it may appear in a log: enough to recognise it, too little to publish with it. */
export function maskId(id: string): string {
  const shown = [...id].slice(0, 4).join('')
  return shown.length === id.length ? '…' : `${shown}…`
}
