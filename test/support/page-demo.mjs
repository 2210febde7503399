// A relay with something to look at, for the screenshots: streams, publishers whose bitrate varies, players.
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/sls.mjs', import.meta.url))
const HOST = '127.0.0.1'

const freeTcpPort = () =>
  new Promise(resolve => {
    const server = createServer().listen(0, HOST, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const freeUdpPort = () =>
  new Promise(resolve => {
    const socket = createSocket('udp4').bind(0, HOST, () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })

const NULL_PACKET = Buffer.alloc(188, 0xff)
NULL_PACKET.set([0x47, 0x1f, 0xff, 0x10])
const PACKETS = Buffer.concat(Array.from({ length: 7 }, () => NULL_PACKET))
const TICK_MS = 40

/** Writes MPEG-TS null packets at a rate that swings around `kbps`. */
function feed(child, kbps) {
  let owed = 0
  let drift = 0
  const startedMs = Date.now()
  return setInterval(() => {
    drift = 0.97 * drift + 0.06 * (Math.random() - 0.5)
    const swing = 1 + 0.1 * Math.sin((Date.now() - startedMs) / 7000) + drift
    owed += (kbps * swing * TICK_MS) / 8
    while (owed >= PACKETS.length) {
      child.stdin.write(PACKETS)
      owed -= PACKETS.length
    }
  }, TICK_MS)
}

/** Starts the relay; `streams`: `{publisher, player, description, kbps?, isVideo?, players?, isStalling?, …settings}`. */
export async function startDemo(streams, { conf = '' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sls-demo-'))
  const ports = { http: await freeTcpPort(), play: await freeUdpPort(), publish: await freeUdpPort() }
  const children = []
  const timers = []
  writeFileSync(
    join(folder, 'sls.conf'),
    `srt {
      http_port ${ports.http}; http_host ${HOST}; worker_threads 1;
      database_path ${join(folder, 'streams.db')};
      rate_limit_api 1000; rate_limit_config 1000; rate_limit_stats 1000; ${conf}
      server { listen_player ${ports.play}; listen_publisher ${ports.publish}; idle_streams_timeout 600; }
    }`,
  )
  const start = (program, args, options = {}) => {
    const child = spawn(program, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], ...options })
    child.stderr.on('data', data => options.isLoud && process.stderr.write(data))
    child.stdin.on('error', () => {})
    children.push(child)
    return child
  }
  const server = start(process.execPath, [MAIN, '-c', join(folder, 'sls.conf')], { isLoud: true })
  const key = await new Promise((resolve, reject) => {
    let text = ''
    server.stdout.on('data', data => {
      text += data
      const found = /admin API key: (\w+)/.exec(text)?.[1]
      if (found !== undefined && text.includes('"ready"')) resolve(found)
    })
    server.on('exit', code => reject(new Error(`the server ended with ${code}: ${text}`)))
  })
  const url = `http://${HOST}:${ports.http}`
  const api = async (method, path, body) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const srt = (role, id) => `srt://${HOST}:${ports[role]}?streamid=${id}&latency=200`
  for (const { kbps, isVideo, players = 0, isStalling, ...row } of streams) {
    await api('POST', '/api/stream-ids', row)
    if (isVideo) {
      const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25']
      const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440']
      const codecs =
        '-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 25 -c:a aac -f mpegts'
      const target = `srt://${HOST}:${ports.publish}?streamid=${row.publisher}&latency=200000&pkt_size=1316`
      start('ffmpeg', ['-loglevel', 'error', ...picture, ...tone, ...codecs.split(' '), target], {
        isLoud: true,
      })
    } else if (kbps) {
      const child = start('srt-live-transmit', ['-q', 'file://con', srt('publish', row.publisher)])
      const timer = feed(child, kbps)
      timers.push(timer)
      if (isStalling) setTimeout(() => clearInterval(timer), 6000)
    }
    for (let count = 0; count < players; count++) {
      setTimeout(() => {
        const player = start('srt-live-transmit', ['-q', srt('play', row.player), 'file://con'])
        player.stdout.resume()
      }, 2500)
    }
  }
  const end = () => {
    for (const timer of timers) clearInterval(timer)
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, key, api, ports, end }
}

export const STREAMS = [
  {
    publisher: 'pub_7hq2mzk4t9wd3n5x',
    player: 'main',
    description: 'Main camera',
    isVideo: true,
    players: 3,
  },
  {
    publisher: 'pub_7hq2mzk4t9wd3n5x',
    player: 'main-backup',
    description: 'For the backup encoder',
    players: 1,
  },
  {
    publisher: 'pub_c4v8r2k6j3b9m7qa',
    player: 'stage-left',
    description: 'Stage left',
    kbps: 5200,
    players: 2,
  },
  {
    publisher: 'pub_y5g3h7n2s8f6w4pd',
    player: 'backpack-1',
    description: 'Backpack 1, harbour',
    kbps: 2900,
    players: 1,
  },
  {
    publisher: 'pub_k9d2x6t4z8a3r5ue',
    player: 'drone',
    description: 'Drone',
    kbps: 3400,
    isStalling: true,
    players: 1,
  },
  { publisher: 'pub_m3w7c5q9j2v4b8hn', player: 'interview', description: 'Interview room' },
  {
    publisher: 'pub_t6f4y8g2p7s3k5zr',
    player: 'radio-studio',
    description: 'Radio studio',
    tokens_only: true,
  },
  { publisher: 'pub_b2n9x5d7h4m6c3we', player: 'team-b/finish-line', description: 'Finish line' },
]
