import { type Kysely, sql } from 'kysely'

/**
 * The schema of OpenIRL's srt-live-server 1.5, word for word: its file opens unchanged, and it can open ours.
 * Frozen once released, like every file in this folder.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS stream_ids (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    publisher TEXT NOT NULL,
    player TEXT NOT NULL UNIQUE,
    description TEXT,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    updated_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    UNIQUE(publisher, player)
  )`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key_hash TEXT UNIQUE NOT NULL,
    name TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    last_used DATETIME,
    active BOOLEAN DEFAULT 1
  )`.execute(db)
  await sql`CREATE TABLE IF NOT EXISTS access_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    api_key_id INTEGER,
    endpoint TEXT NOT NULL,
    method TEXT NOT NULL,
    ip_address TEXT NOT NULL,
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
    response_code INTEGER,
    FOREIGN KEY (api_key_id) REFERENCES api_keys(id)
  )`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS idx_stream_publisher ON stream_ids(publisher)`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS idx_stream_player ON stream_ids(player)`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS idx_api_key_hash ON api_keys(key_hash)`.execute(db)
  await sql`CREATE INDEX IF NOT EXISTS idx_access_logs_timestamp ON access_logs(timestamp)`.execute(db)
}
