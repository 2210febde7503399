import { integer, networks, onOff } from '../kinds.ts'
import type { Row } from '../row.ts'

/** Directives of the srt block about events, webhooks, analytics and the page. */
export const WATCH_DIRECTIVES = [
  {
    name: 'event_retention_days',
    key: 'eventRetentionDays',
    kind: integer(1, 365, 'days'),
    default: 7,
    apply: 'live',
    explanation: 'How long events are kept for webhooks and for readers of /api/events that come back.',
  },
  {
    name: 'event_limit',
    key: 'eventLimit',
    kind: integer(1000, 10_000_000),
    default: 200_000,
    apply: 'live',
    explanation: 'Most events that are kept, however young they are.',
  },
  {
    name: 'stall_after',
    key: 'stallAfterS',
    kind: integer(1, 3600, 's'),
    default: 5,
    apply: 'live',
    explanation: 'A publisher that is connected and sends nothing for this long is told of as stalled.',
  },
  {
    name: 'webhook_networks',
    key: 'webhookNetworks',
    kind: networks(),
    default: [],
    apply: 'live',
    explanation:
      'Private, loopback or link-local networks that webhooks may call all the same; empty for none.',
  },
  {
    name: 'analytics',
    key: 'analytics',
    kind: onOff(),
    default: true,
    apply: 'live',
    explanation: 'Whether live streams are measured every 10 s and sessions remembered for /api/analytics.',
  },
  {
    name: 'analytics_retention_days',
    key: 'analyticsRetentionDays',
    kind: integer(1, 3650, 'days'),
    default: 400,
    apply: 'live',
    explanation: 'How long hourly figures and past sessions are kept; finer figures are kept for days.',
  },
  {
    name: 'page',
    key: 'page',
    kind: onOff(),
    default: true,
    apply: 'live',
    explanation: 'Whether the page for operators is served at /.',
  },
  {
    name: 'preview',
    key: 'preview',
    kind: onOff(),
    default: true,
    apply: 'live',
    explanation: 'Whether keys may fetch live streams over HTTP from /api/preview, as the page does.',
  },
] as const satisfies readonly Row[]
