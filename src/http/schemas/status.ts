import Type from 'typebox'
import { strictObject } from './common.ts'

const ABOUT = {
  service: Type.Literal('srt-live-server'),
  uptime: Type.Integer({ minimum: 0, description: 'Seconds.' }),
  version: Type.String(),
}

export const Health = strictObject({ ...ABOUT, status: Type.Enum(['ok', 'draining']) })

export const Ready = strictObject({
  ...ABOUT,
  status: Type.Enum(['ready', 'not ready']),
  reasons: Type.Optional(Type.Array(Type.String(), { description: 'What keeps it from serving.' })),
})
