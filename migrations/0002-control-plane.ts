import { type Kysely, sql } from 'kysely'

/**
 * Settings of a stream, keys that expire and are bound to streams, what was done and what was denied. It only adds: each
 * new column has a default, so that OpenIRL's srt-live-server can still write the file.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const columns = [
    `stream_ids ADD COLUMN passphrase TEXT NOT NULL DEFAULT ''`,
    'stream_ids ADD COLUMN max_players INTEGER NOT NULL DEFAULT 0',
    'stream_ids ADD COLUMN max_bitrate_kbps INTEGER NOT NULL DEFAULT 0',
    'stream_ids ADD COLUMN bitrate_grace_s INTEGER NOT NULL DEFAULT 10',
    `stream_ids ADD COLUMN publish_networks TEXT NOT NULL DEFAULT ''`,
    `stream_ids ADD COLUMN play_networks TEXT NOT NULL DEFAULT ''`,
    'stream_ids ADD COLUMN tokens_only INTEGER NOT NULL DEFAULT 0',
    'stream_ids ADD COLUMN tokens_not_before INTEGER NOT NULL DEFAULT 0',
    'api_keys ADD COLUMN prefix TEXT',
    'api_keys ADD COLUMN expires_at_ms INTEGER',
    'api_keys ADD COLUMN scope TEXT',
    'api_keys ADD COLUMN rate_limit INTEGER',
    'access_logs ADD COLUMN api_key_name TEXT',
    'access_logs ADD COLUMN request_id TEXT',
    'access_logs ADD COLUMN would_deny TEXT',
  ]
  for (const column of columns) await sql.raw(`ALTER TABLE ${column}`).execute(db)
  // OpenIRL's server doesn't know what belongs to a publisher when it adds another player.
  await sql`CREATE TRIGGER stream_ids_same_publisher AFTER INSERT ON stream_ids
    WHEN EXISTS (SELECT 1 FROM stream_ids WHERE publisher = NEW.publisher AND id <> NEW.id)
    BEGIN
      UPDATE stream_ids SET (passphrase, max_bitrate_kbps, bitrate_grace_s, publish_networks) = (
        SELECT passphrase, max_bitrate_kbps, bitrate_grace_s, publish_networks FROM stream_ids
        WHERE publisher = NEW.publisher AND id <> NEW.id ORDER BY id LIMIT 1)
      WHERE id = NEW.id;
    END`.execute(db)
  await sql`CREATE INDEX idx_access_logs_api_key ON access_logs(api_key_id) WHERE api_key_id IS NOT NULL`.execute(
    db,
  )
  await sql`CREATE TABLE IF NOT EXISTS audit_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    api_key_id INTEGER,
    api_key_name TEXT,
    ip_address TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL DEFAULT '{}',
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP
  )`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP
  )`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS play_token_uses (
    token_id TEXT PRIMARY KEY,
    use_count INTEGER NOT NULL,
    expires_at_s INTEGER NOT NULL
  )`.execute(db)
}
