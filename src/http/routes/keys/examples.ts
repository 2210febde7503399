/** Of answers about API keys. */
export const KEY_EXAMPLE = {
  active: true,
  created_at: '2026-11-21T09:00:00Z',
  expires_at: null,
  id: 7,
  last_used: '2026-11-21T09:12:00Z',
  name: 'Studio',
  permissions: 'write',
  prefix: 'b7KxEX',
  rate_limit: null,
  scope: { prefix: 'team_' },
  source: 'database',
}

export const SAVE_IT = 'Save this key securely. It cannot be retrieved again.'

export const NEW_KEY_EXAMPLE = {
  api_key: 'b7KxEXAMPLEexampleEXAMPLEexample',
  data: { ...KEY_EXAMPLE, last_used: null },
  message: SAVE_IT,
  status: 'success',
}

export const KEY_PARAMETER = {
  name: 'id',
  description: 'Of the key, as the list has it.',
  example: '7',
}
