import Type from 'typebox'
import { STREAM_ID_MAX_BYTES } from '../../access/stream-id-rules.ts'
import { orNull, PAGE, strictObject, Time } from './common.ts'

const TEXT_MAX_LENGTH = 500

const PlayerId = Type.String({ minLength: 1, maxLength: STREAM_ID_MAX_BYTES })
const Player = orNull(PlayerId, 'A player stream ID; null: about all streams.')
const Text = Type.String({ minLength: 1, maxLength: TEXT_MAX_LENGTH })

const time = (description: string) => Type.String({ format: 'date-time', maxLength: 64, description })

export type Annotation = Type.Static<typeof Annotation>
export const Annotation = strictObject({
  id: Type.Integer({ minimum: 1 }),
  player: Player,
  at: Time,
  until: orNull(Time, 'Null: it is about a moment.'),
  text: Text,
  author: Type.String({ description: 'The name of the API key; empty: there was none.' }),
})

export const AnnotationBody = strictObject({
  player: Type.Optional(Player),
  at: Type.Optional(time('ISO 8601 with Z or an offset; left out: now.')),
  until: Type.Optional(orNull(time('ISO 8601 with Z or an offset; not before `at`.'))),
  text: Text,
})

export const AnnotationsQuery = strictObject({
  player: Type.Optional(PlayerId),
  from: Type.Optional(time('What ends then or later. ISO 8601 with Z or an offset.')),
  to: Type.Optional(time('What begins before then. ISO 8601 with Z or an offset.')),
  ...PAGE,
})
