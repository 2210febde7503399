import Type, { type TProperties, type TSchema } from 'typebox'

/** An object that refuses what it doesn't know, so that a misspelt name isn't taken for consent. */
export const strictObject = <P extends TProperties>(properties: P, options: { description?: string } = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false })

export const orNull = <S extends TSchema>(schema: S, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description })

export const Time = Type.String({ format: 'date-time', description: 'ISO 8601, UTC.' })

export const Count = Type.Integer({ minimum: 0 })

export const Amount = Type.Number({ minimum: 0 })

const Success = Type.Literal('success')

/** `{"status":"success","data":…}`. */
export const success = <S extends TSchema>(data: S) => strictObject({ data, status: Success })

/** `{"status":"success","data":[…],"next_cursor":…}`. */
export const successPage = <S extends TSchema>(row: S) =>
  strictObject({
    data: Type.Array(row),
    next_cursor: orNull(
      Type.String(),
      'To be sent as `cursor` for the next page; null: this is the last one.',
    ),
    status: Success,
  })

/** `{"status":"success","message":…}`. */
export const SuccessMessage = strictObject({ message: Type.String(), status: Success })

const PAGE_MAX_ROWS = 1000
export const PAGE_DEFAULT_ROWS = 100

/** The query parameters of every list that comes in pages. */
export const PAGE = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: PAGE_MAX_ROWS,
      default: PAGE_DEFAULT_ROWS,
      description: 'Rows a page.',
    }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'The `next_cursor` of the page before.' }),
  ),
}
