import Type from 'typebox'
import { EVENT_TYPE_NAMES } from '../../events/catalogue.ts'
import { orNull, PAGE, strictObject } from './common.ts'

const TYPE = `(${EVENT_TYPE_NAMES.map(name => name.replace('.', '\\.')).join('|')})`

export const EventSchema = strictObject({
  id: Type.Integer({ minimum: 1, description: 'Rises from event to event, and over restarts.' }),
  type: Type.String(),
  at: Type.String({ format: 'date-time', description: 'ISO 8601, UTC.' }),
  player: orNull(Type.String(), 'The player stream ID it is about; null: about a whole stream, or none.'),
  players: Type.Array(Type.String(), { description: 'The player stream IDs of the stream it is about.' }),
  session_id: orNull(Type.Integer({ minimum: 0 }), 'As in `/api/sessions`; null: about no session.'),
  data: Type.Record(Type.String(), Type.Unknown(), { description: 'What there is to say, by type.' }),
})

export const EventsQuery = strictObject({
  types: Type.Optional(
    Type.String({
      pattern: `^${TYPE}(,${TYPE})*$`,
      maxLength: 1000,
      description: 'Only events of these types, with commas between.',
      'x-wanted': 'types of events with commas between, such as publish,unpublish',
    }),
  ),
  player: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'Only events about this player stream ID, or about the whole stream that it plays.',
    }),
  ),
  last_event_id: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description:
        'With `text/event-stream`: begin after this id. The header `Last-Event-ID` goes before it.',
    }),
  ),
  ...PAGE,
})
