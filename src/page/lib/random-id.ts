// Without those that look like another, for who has to type it on a phone.
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Each character is worth 5 bits: 24 of them can't be guessed. */
export function randomId(length: number): string {
  const numbers = crypto.getRandomValues(new Uint8Array(length))
  return [...numbers].map(number => ALPHABET.charAt(number % ALPHABET.length)).join('')
}
