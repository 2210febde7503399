import Type from 'typebox'
import { strictObject, Time } from './common.ts'

export const TokenBody = strictObject({
  expires_in: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 2_592_000, default: 3600, description: 'Seconds.' }),
  ),
  address: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'IP address or CIDR block it may be used from; left out: everywhere.',
      'x-wanted': 'an IP address or CIDR block',
    }),
  ),
  max_uses: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0, description: 'Connections; 0: no limit.' }),
  ),
})

export const PlayToken = strictObject({
  token: Type.String({ description: 'JWT, HS256.' }),
  token_id: Type.String({ description: 'Its `jti`, by which sessions name it.' }),
  stream_id: Type.String({ description: 'What a player uses as its SRT stream ID.' }),
  expires_at: Time,
})
