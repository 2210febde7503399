import { Child } from './child.ts'
import { feedPaced, type PacedInput } from './paced-input.ts'
import { mediaTool } from './tools.ts'

export interface FfmpegOptions {
  port: number
  streamId: string
  host?: string
  latencyMs?: number
  passphrase?: string
  keyLengthBytes?: 16 | 24 | 32
}

export interface FfmpegPublishOptions extends FfmpegOptions {
  payloadBytes?: number
  seconds?: number
}

export interface ProbedStream {
  codec_type: string
  codec_name: string
  width?: number
  height?: number
}

function srtUrl(options: FfmpegOptions, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    streamid: options.streamId,
    // FFmpeg counts in microseconds.
    latency: String((options.latencyMs ?? 200) * 1000),
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
    ...(options.keyLengthBytes === undefined ? {} : { pbkeylen: String(options.keyLengthBytes) }),
    ...more,
  })
  return `srt://${options.host ?? '127.0.0.1'}:${options.port}?${query}`
}

const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'warning']

// Two seconds of our streams hold everything; the default looks at five.
const LOOK = ['-analyzeduration', '2000000']

/** Publishes a test picture and a tone in real time, H.264 and AAC in MPEG-TS. */
export function publishWithFfmpeg(options: FfmpegPublishOptions): Child {
  const limit = options.seconds === undefined ? [] : ['-t', String(options.seconds)]
  const url = srtUrl(options, { pkt_size: String(options.payloadBytes ?? 1316) })
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25']
  const tone = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000']
  const codecs = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-tune',
    'zerolatency',
    '-g',
    '25',
    '-c:a',
    'aac',
  ]
  const args = [...QUIET, ...picture, ...tone, ...limit, ...codecs, '-f', 'mpegts', url]
  return new Child(mediaTool('ffmpeg'), args)
}

/** Plays for some seconds of stream time into an MPEG-TS file, without decoding. */
export function recordWithFfmpeg(options: FfmpegOptions & { file: string; seconds: number }): Child {
  const input = [...LOOK, '-i', srtUrl(options)]
  const output = ['-t', String(options.seconds), '-c', 'copy', '-f', 'mpegts', options.file]
  return new Child(mediaTool('ffmpeg'), [...QUIET, '-y', ...input, ...output])
}

/**
 * Publishes bytes at a rate, as they are: no demuxer or muxer looks into them. `fed` resolves when all were handed
 * over. The connection stays until it is stopped.
 */
export function publishBytesWithFfmpeg(options: FfmpegOptions & PacedInput): {
  child: Child
  fed: Promise<void>
} {
  const url = srtUrl(options, { pkt_size: String(options.payloadBytes ?? 1316) })
  const args = ['-f', 'data', '-i', 'pipe:0', '-map', '0', '-c', 'copy', '-f', 'data', url]
  const child = new Child(mediaTool('ffmpeg'), ['-hide_banner', '-loglevel', 'warning', ...args])
  return { child, fed: feedPaced(child, options) }
}

/** Plays into a file as it is, until it is stopped or the relay ends the connection. */
export function recordBytesWithFfmpeg(options: FfmpegOptions & { file: string }): Child {
  const output = ['-map', '0', '-c', 'copy', '-flush_packets', '1', '-f', 'data', options.file]
  return new Child(mediaTool('ffmpeg'), [...QUIET, '-y', '-f', 'data', '-i', srtUrl(options), ...output])
}

/** What ffprobe finds at an SRT address or in a file. Throws with ffprobe's words if it fails. */
export async function probe(source: FfmpegOptions | string): Promise<ProbedStream[]> {
  const input = typeof source === 'string' ? source : srtUrl(source)
  const child = new Child(mediaTool('ffprobe'), [
    '-v',
    'error',
    ...LOOK,
    '-show_streams',
    '-of',
    'json',
    input,
  ])
  const { code } = await child.exited
  if (code !== 0) throw new Error(`ffprobe ended with ${code}: ${child.stderr.trim()}`)
  // ffprobe's JSON writer defines the form.
  const { streams } = JSON.parse(child.stdout) as { streams: ProbedStream[] }
  return streams
}
