/** The types of events a webhook can be told of, as the API names them, by what they are about. */
export const EVENT_GROUPS: ReadonlyArray<readonly [title: string, types: readonly string[]]> = [
  ['Streams', ['publish', 'unpublish', 'stalled', 'recovered']],
  ['Players', ['play', 'stop', 'refused']],
  ['Alerts', ['alert.raised', 'alert.cleared']],
  ['Stream IDs', ['stream_id.created', 'stream_id.changed', 'stream_id.deleted', 'stream_id.imported']],
  [
    'Administration',
    ['key.created', 'key.rotated', 'key.revoked', 'config.changed', 'webhook.paused', 'server.started'],
  ],
]

export const EVENT_TYPES: readonly string[] = EVENT_GROUPS.flatMap(([, types]) => types)
