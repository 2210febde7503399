// Fuzz target: the compiled parser of sls.conf. Run `npm run build:ts` first.
import { parseConfig } from '../../../dist/src/config/config.js'
import { checkParse } from './invariants.mjs'

export function fuzz(data) {
  checkParse(parseConfig, data)
}
