import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE_NAME = 'srt-live-server'

function nameOf(manifest: string): unknown {
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
  return parsed !== null && typeof parsed === 'object' && 'name' in parsed ? parsed.name : undefined
}

/** The folder of this program's package.json: the same from the sources and from what was built of them. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && nameOf(manifest) === PACKAGE_NAME) return folder
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`no package.json of ${PACKAGE_NAME} above this program`)
    folder = parent
  }
}

/** The version in package.json. */
export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))
  if (parsed === null || typeof parsed !== 'object' || !('version' in parsed)) return '0.0.0'
  return String(parsed.version)
}
