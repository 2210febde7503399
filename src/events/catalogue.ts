/** Who is told of an event: whoever may read the streams it is about, or admins without a scope. */
export type Audience = 'streams' | 'admins'

export interface EventType {
  audience: Audience
  /** One sentence. */
  meaning: string
  /** Of the field `data`. */
  example: Readonly<Record<string, unknown>>
}

const PUBLISHER = { publisher: 'stud…', address: '203.0.113.7', srt_version: '1.5.3', encryption: 'AES-128' }

/** THE table: every type of event there is. Documentation, validation and filters are made from it. */
export const EVENT_TYPES = {
  publish: {
    audience: 'streams',
    meaning: 'A publisher has begun.',
    example: { ...PUBLISHER, latency_ms: 1000 },
  },
  unpublish: {
    audience: 'streams',
    meaning: 'A publisher has ended, or was ended.',
    example: { ...PUBLISHER, reason: 'peer', duration_s: 3600, bytes: 1_800_000_000 },
  },
  play: {
    audience: 'streams',
    meaning: 'A player has begun.',
    example: { address: '198.51.100.4', srt_version: '1.5.3', encryption: 'none', latency_ms: 200 },
  },
  stop: {
    audience: 'streams',
    meaning: 'A player has ended, or was ended.',
    example: { address: '198.51.100.4', reason: 'peer', duration_s: 60, bytes: 30_000_000 },
  },
  refused: {
    audience: 'streams',
    meaning: 'Connections were refused; `count` says how many of the same kind in a short time.',
    example: {
      role: 'player',
      stream_id: 'live…',
      address: '198.51.100.9',
      code: 'unknown-stream-id',
      srt_code: 1401,
      reason: 'Nobody knows this stream ID.',
      count: 1,
    },
  },
  stalled: {
    audience: 'streams',
    meaning: 'A publisher is connected, but has sent nothing for `stall_after` seconds.',
    example: { publisher: 'stud…', silent_s: 5 },
  },
  recovered: {
    audience: 'streams',
    meaning: 'A publisher that had stalled sends again.',
    example: { publisher: 'stud…', silent_s: 42 },
  },
  'alert.raised': {
    audience: 'streams',
    meaning: 'The condition of an alert rule has held for as long as the rule says.',
    example: {
      alert_id: 3,
      rule_id: 1,
      name: 'Low bitrate',
      kind: 'bitrate_below',
      value: 740,
      threshold: 1000,
    },
  },
  'alert.cleared': {
    audience: 'streams',
    meaning: 'An alert is over.',
    example: {
      alert_id: 3,
      rule_id: 1,
      name: 'Low bitrate',
      kind: 'bitrate_below',
      value: 4100,
      raised_s: 95,
    },
  },
  'stream_id.created': {
    audience: 'streams',
    meaning: 'A stream ID was added.',
    example: { by: 'Default Admin Key' },
  },
  'stream_id.changed': {
    audience: 'streams',
    meaning: 'A stream ID was changed; `fields` names what.',
    example: { by: 'Default Admin Key', fields: ['max_players'] },
  },
  'stream_id.deleted': {
    audience: 'streams',
    meaning: 'A stream ID was deleted.',
    example: { by: 'Default Admin Key' },
  },
  'stream_id.imported': {
    audience: 'admins',
    meaning: 'Stream IDs were imported.',
    example: { by: 'Default Admin Key', created: 10, updated: 0, skipped: 0 },
  },
  'key.created': {
    audience: 'admins',
    meaning: 'An API key was made.',
    example: { by: 'Default Admin Key', key_id: 4, name: 'Grafana', permissions: 'read' },
  },
  'key.rotated': {
    audience: 'admins',
    meaning: 'An API key was replaced by another.',
    example: { by: 'Default Admin Key', key_id: 4, name: 'Grafana' },
  },
  'key.revoked': {
    audience: 'admins',
    meaning: 'An API key was revoked.',
    example: { by: 'Default Admin Key', key_id: 4, name: 'Grafana' },
  },
  'config.changed': {
    audience: 'admins',
    meaning: 'Directives were changed or read anew; `directives` names them.',
    example: { by: 'Default Admin Key', directives: ['log_level'] },
  },
  'webhook.paused': {
    audience: 'admins',
    meaning: 'A webhook gets nothing any more, because its endpoint has failed for too long.',
    example: {
      webhook_id: 1,
      host: 'hooks.example.com',
      reason: 'It has failed since 2026-11-20T09:00:00Z.',
    },
  },
  'server.started': {
    audience: 'admins',
    meaning: 'The server has started; every session of before is over.',
    example: { version: '2.0.0' },
  },
} as const satisfies Readonly<Record<string, EventType>>

export type EventTypeName = keyof typeof EVENT_TYPES

export const EVENT_TYPE_NAMES: readonly string[] = Object.keys(EVENT_TYPES)

export const isEventType = (name: string): name is EventTypeName => Object.hasOwn(EVENT_TYPES, name)
