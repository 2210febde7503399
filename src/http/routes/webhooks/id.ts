import { AppError } from '../../../lib/errors.ts'

/** The id of a webhook in a path. Throws PATH_INVALID. */
export function webhookIdOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new AppError('PATH_INVALID', 'Invalid path: the id of a webhook is a whole number')
}

export const unknownWebhook = () => new AppError('WEBHOOK_UNKNOWN', 'Webhook not found')
