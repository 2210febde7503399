// `npm start [-- ARGUMENTS]`: brings the checkout up to date, then becomes the server.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkNode, ensureAddon, ensurePackages, ensurePage, ensureTypeScript, ROOT } from './build.mjs'
import { main } from './run.mjs'
import { ensureSystem } from './system.mjs'

await main(() => {
  checkNode()
  ensureSystem()
  ensurePackages()
  ensureAddon()
  ensureTypeScript()
  ensurePage()
})

// In this process: signals reach the server itself, and its exit code is ours.
await import(pathToFileURL(join(ROOT, 'dist/sls.mjs')).href)
