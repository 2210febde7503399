// `npm run build:native`: the addon only.
import { ensureAddon } from './build.mjs'
import { main } from './run.mjs'
import { ensureSystem } from './system.mjs'

await main(() => {
  ensureSystem()
  ensureAddon()
})
