import { type Kysely, sql } from 'kysely'

/** What happened, who is told of it, what was measured, and what alarms. It only adds, as 0002 does. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Empty: the stream is in no public status.
  await sql`ALTER TABLE stream_ids ADD COLUMN public_name TEXT NOT NULL DEFAULT ''`.execute(db)
  const tables = [
    // AUTOINCREMENT: an id that was told to somebody is never used again.
    `events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at_ms INTEGER NOT NULL,
      type TEXT NOT NULL,
      player TEXT,
      players TEXT NOT NULL DEFAULT '[]',
      session_id INTEGER,
      data TEXT NOT NULL DEFAULT '{}'
    )`,
    `webhooks (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      url TEXT NOT NULL,
      description TEXT NOT NULL DEFAULT '',
      events TEXT NOT NULL,
      players TEXT NOT NULL DEFAULT '[]',
      secret TEXT NOT NULL,
      active INTEGER NOT NULL DEFAULT 1,
      paused_reason TEXT,
      cursor INTEGER NOT NULL,
      attempt INTEGER NOT NULL DEFAULT 0,
      next_attempt_ms INTEGER NOT NULL DEFAULT 0,
      failing_since_ms INTEGER,
      created_ms INTEGER NOT NULL
    )`,
    `webhook_deliveries (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      webhook_id INTEGER NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,
      event_id INTEGER,
      event_type TEXT NOT NULL,
      attempt INTEGER NOT NULL,
      at_ms INTEGER NOT NULL,
      duration_ms INTEGER NOT NULL,
      status INTEGER,
      error TEXT
    )`,
    // Keeps the long stream key out of the millions of rows below.
    `measured_streams (
      id INTEGER PRIMARY KEY,
      stream_key TEXT NOT NULL UNIQUE,
      first_ms INTEGER NOT NULL,
      last_ms INTEGER NOT NULL
    )`,
    // By time first: what is measured at once lies together, and so does what grows old at once. Stream 0 is all of them.
    `samples (
      step_s INTEGER NOT NULL,
      at_s INTEGER NOT NULL,
      stream INTEGER NOT NULL,
      live_s REAL NOT NULL,
      rate_kbps REAL NOT NULL,
      rate_min_kbps REAL NOT NULL,
      rate_max_kbps REAL NOT NULL,
      rtt_ms REAL NOT NULL,
      rtt_max_ms REAL NOT NULL,
      loss_percent REAL NOT NULL,
      loss_max_percent REAL NOT NULL,
      buffer_ms REAL NOT NULL,
      players REAL NOT NULL,
      players_max INTEGER NOT NULL,
      bytes_in INTEGER NOT NULL,
      bytes_out INTEGER NOT NULL,
      PRIMARY KEY (step_s, at_s, stream)
    ) WITHOUT ROWID`,
    `past_sessions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      connection_id INTEGER NOT NULL,
      run_id TEXT NOT NULL,
      role TEXT NOT NULL,
      stream INTEGER NOT NULL,
      player TEXT,
      address TEXT NOT NULL,
      srt_version TEXT NOT NULL,
      encryption TEXT NOT NULL,
      latency_ms INTEGER NOT NULL,
      started_ms INTEGER NOT NULL,
      last_seen_ms INTEGER NOT NULL,
      ended_ms INTEGER,
      reason TEXT,
      bytes INTEGER NOT NULL DEFAULT 0,
      UNIQUE (run_id, connection_id)
    )`,
    `alert_rules (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      kind TEXT NOT NULL,
      player TEXT,
      threshold REAL NOT NULL DEFAULT 0,
      clear_threshold REAL NOT NULL DEFAULT 0,
      for_s INTEGER NOT NULL,
      clear_for_s INTEGER NOT NULL,
      active INTEGER NOT NULL DEFAULT 1,
      created_ms INTEGER NOT NULL
    )`,
    `alerts (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      rule_id INTEGER NOT NULL REFERENCES alert_rules(id) ON DELETE CASCADE,
      player TEXT NOT NULL,
      raised_ms INTEGER NOT NULL,
      cleared_ms INTEGER,
      value REAL
    )`,
    `annotations (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      player TEXT,
      at_ms INTEGER NOT NULL,
      until_ms INTEGER,
      text TEXT NOT NULL,
      author TEXT NOT NULL
    )`,
  ]
  for (const table of tables) await sql.raw(`CREATE TABLE IF NOT EXISTS ${table}`).execute(db)
  const indexes = [
    'idx_events_at ON events(at_ms)',
    'idx_webhook_deliveries ON webhook_deliveries(webhook_id, id)',
    // Has all that sums over a period want.
    `idx_past_sessions_ended ON past_sessions(ended_ms, id, started_ms, role, stream, player)
      WHERE ended_ms IS NOT NULL`,
    'idx_past_sessions_stream ON past_sessions(stream, role, id)',
    'idx_past_sessions_player ON past_sessions(player, id) WHERE player IS NOT NULL',
    'idx_past_sessions_open ON past_sessions(run_id) WHERE ended_ms IS NULL',
    'idx_alerts_open ON alerts(rule_id, player) WHERE cleared_ms IS NULL',
    'idx_annotations_at ON annotations(at_ms)',
  ]
  for (const index of indexes) await sql.raw(`CREATE INDEX IF NOT EXISTS ${index}`).execute(db)
}
