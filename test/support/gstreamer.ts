import { Child } from './child.ts'
import { feedPaced, type PacedInput } from './paced-input.ts'
import { mediaTool } from './tools.ts'

export interface GstreamerOptions {
  port: number
  streamId: string
  host?: string
  latencyMs?: number
  passphrase?: string
  keyLengthBytes?: 16 | 24 | 32
}

/** Properties of srtsink and srtsrc. The order counts: the URI sets every other one back to its default. */
function srtProperties(options: GstreamerOptions): string[] {
  return [
    `uri=srt://${options.host ?? '127.0.0.1'}:${options.port}`,
    `streamid=${options.streamId}`,
    `latency=${options.latencyMs ?? 200}`,
    ...(options.passphrase === undefined ? [] : [`passphrase=${options.passphrase}`]),
    ...(options.keyLengthBytes === undefined ? [] : [`pbkeylen=${options.keyLengthBytes}`]),
  ]
}

const launch = (words: readonly string[]): Child => new Child(mediaTool('gst-launch-1.0'), ['-q', ...words])

/** Publishes bytes at a rate; `fed` resolves when all were handed over. The connection stays until it is stopped. */
export function publishWithGstreamer(options: GstreamerOptions & PacedInput): {
  child: Child
  fed: Promise<void>
} {
  const source = ['fdsrc', 'fd=0', `blocksize=${options.payloadBytes ?? 1316}`]
  const child = launch([...source, '!', 'srtsink', ...srtProperties(options), 'sync=false'])
  return { child, fed: feedPaced(child, options) }
}

/** Plays into a file until it is stopped or the relay ends the connection. */
export function recordWithGstreamer(options: GstreamerOptions & { file: string }): Child {
  // Unbuffered, so that the file holds at any time what has arrived.
  const sink = ['filesink', `location=${options.file}`, 'buffer-mode=unbuffered', 'sync=false']
  return launch(['srtsrc', ...srtProperties(options), '!', ...sink])
}
