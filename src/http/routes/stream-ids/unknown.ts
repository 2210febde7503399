import { AppError } from '../../../lib/errors.ts'

/** The same for what doesn't exist and for what the key may not know. */
export const unknownStreamId = () => new AppError('STREAM_ID_UNKNOWN', 'Stream ID not found')
