const two = (number: number) => String(number).padStart(2, '0')

/** A time as <input type="datetime-local"> takes it, in the time zone of the browser. */
export function localInput(at: Date): string {
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** What <input type="datetime-local"> gave, as the API takes it; '' where it is empty or no time. */
export function isoOfLocal(text: string): string {
  const at = new Date(text)
  return text === '' || Number.isNaN(at.getTime()) ? '' : at.toISOString()
}
