// Says whether something that was built is still true to what it was built from: by content, not by times,
// because a checkout gives every file a new time.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

function* filesBelow(path) {
  if (!statSync(path).isDirectory()) {
    yield path
    return
  }
  for (const name of readdirSync(path).sort()) {
    if (!name.startsWith('build')) yield* filesBelow(join(path, name))
  }
}

/** A hash of the contents of files and folders (folders named build* are left out) and of some words. */
export function fingerprint(paths, words = []) {
  const hash = createHash('sha256')
  for (const word of words) hash.update(`${word}\0`)
  for (const path of paths.flatMap(path => [...filesBelow(path)])) {
    hash.update(`${path}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

export function isFresh(stamp, value) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === value
}

export function writeStamp(stamp, value) {
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, value)
}
