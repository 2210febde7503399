/** Of answers about stream IDs. */
export const DETAIL_EXAMPLE = {
  bitrate_grace_s: 10,
  created_at: '2026-11-21T09:00:00Z',
  description: 'Main',
  has_passphrase: true,
  id: 1,
  live: true,
  max_bitrate_kbps: 12000,
  max_players: 50,
  play_networks: [],
  player: 'live_1',
  players: 3,
  public_name: 'Main stage',
  publish_networks: ['192.0.2.0/24'],
  publisher: 'studio_1',
  tokens_not_before: null,
  tokens_only: false,
  updated_at: '2026-11-21T09:00:00Z',
}

export const PLAYER_PARAMETER = {
  name: 'player',
  description: "A player's stream ID. Slashes belong to it.",
  example: 'live_1',
}
