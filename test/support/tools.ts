import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

const PEERS = join(ROOT, 'test/peers')

/** Programs from elsewhere, with the Debian package that brings each. */
const DEBIAN_PACKAGES = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  'srt-live-transmit': 'srt-tools',
  'gst-launch-1.0': 'gstreamer1.0-tools gstreamer1.0-plugins-bad',
  sqlite3: 'sqlite3',
  chromium: 'chromium',
  openssl: 'openssl',
  script: 'bsdutils',
  prometheus: 'prometheus',
  promtool: 'prometheus',
} as const

export type MediaTool = keyof typeof DEBIAN_PACKAGES
export type PeerTool = 'srt_peer' | 'srt_load' | 'bare_relay'

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The path of a program from elsewhere. Throws with the package to install: a test is never skipped for it. */
export function mediaTool(name: MediaTool): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const path = folders.map(folder => join(folder, name)).find(isExecutable)
  if (path !== undefined) return path
  throw new Error(`${name} is not on the PATH, this test needs it: apt-get install ${DEBIAN_PACKAGES[name]}`)
}

/** Set once the peers are known to be fresh: asking again costs a process. */
const built: { isDone: boolean } = { isDone: false }

/** The path of one of our own peers, built first if stale. Throws with the compiler's words. */
export function peerTool(name: PeerTool): string {
  if (!built.isDone) {
    const result = spawnSync(process.execPath, [join(PEERS, 'build.mjs')], { encoding: 'utf8' })
    if (result.status !== 0) throw new Error(`the test peers do not build:\n${result.stdout}${result.stderr}`)
    built.isDone = true
  }
  return join(PEERS, 'build', name)
}
