const DAY_S = 86_400

const FORMATS = {
  seconds: new Intl.DateTimeFormat(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }),
  minutes: new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  days: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }),
  full: new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }),
}

/** At a tick of the axis: what differs between neighbours. */
export function tickLabel(atS: number, stepS: number): string {
  const format = stepS >= DAY_S ? FORMATS.days : stepS < 60 ? FORMATS.seconds : FORMATS.minutes
  return format.format(atS * 1000)
}

/** What the pointer is over. */
export const momentLabel = (atS: number) => FORMATS.full.format(atS * 1000)
