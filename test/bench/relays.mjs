// The relays that can be measured. Each is started the same way and offers the same few facts.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PEERS_BUILD } from '../peers/build.mjs'
import { freeTcpPort, freeUdpPort, start, stop, waitUntil } from './processes.mjs'

export const PUBLISHER_ID = 'bench_publisher'
export const PLAYER_ID = 'bench_player'
const KEY_LINE = /Generated default admin API key: ([A-Za-z0-9]+)/

const lines = (directives, indent) =>
  Object.entries(directives)
    .map(([name, value]) => `${indent}${name} ${value};\n`)
    .join('')

/** Room for more connections than any run makes; the limits on requests out of the way. */
const confText = ({ folder, ports, directives, passphrase }) => `srt {
${lines({ worker_threads: 1, worker_connections: 1024, ...directives }, '  ')}\
  http_port ${ports.http};
  database_path ${folder}/streams.db;
  rate_limit_api 1000;
  rate_limit_stats 1000;
  rate_limit_config 1000;
  server {
    listen_player ${ports.player};
    listen_publisher ${ports.publisher};
    backlog 1024;
    idle_streams_timeout 15;
${passphrase === undefined ? '' : lines({ passphrase, pbkeylen: 16 }, '    ')}\
  }
}
`

async function addStream(http, key) {
  const answer = await fetch(`http://127.0.0.1:${http}/api/stream-ids`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ publisher: PUBLISHER_ID, player: PLAYER_ID }),
  })
  if (answer.status !== 200)
    throw new Error(`the stream was not added: ${answer.status} ${await answer.text()}`)
}

const isHealthy = http =>
  fetch(`http://127.0.0.1:${http}/health`).then(
    answer => answer.status === 200,
    () => false,
  )

/** The server of a built checkout, with directives of the srt block, and all streams encrypted if there is a passphrase. */
export async function startServer(checkout, { env = {}, directives = {}, passphrase } = {}) {
  // An older checkout has no bundle.
  const main = ['dist/sls.mjs', 'dist/src/cli/main.js'].map(file => join(checkout, file)).find(existsSync)
  if (main === undefined) throw new Error(`${checkout} is not built: run npm run build there`)
  const folder = mkdtempSync(join(tmpdir(), 'sls-bench-'))
  const ports = { player: await freeUdpPort(), publisher: await freeUdpPort(), http: await freeTcpPort() }
  const conf = join(folder, 'sls.conf')
  writeFileSync(conf, confText({ folder, ports, directives, passphrase }))
  const kept = start(process.execPath, [main, '-c', conf], {
    cwd: folder,
    env: { ...process.env, SLS_PID_FILE: join(folder, 'sls.pid'), SLS_RATE_LIMIT_STATS: '1000', ...env },
  })
  await waitUntil(() => isHealthy(ports.http), kept, 'the server')
  const adminKey = KEY_LINE.exec(kept.stdout)?.[1]
  if (adminKey === undefined) throw new Error(`the server printed no admin key:\n${kept.stdout}`)
  await addStream(ports.http, adminKey)
  const end = async () => {
    await stop(kept)
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...ports, adminKey, passphrase, pid: kept.child.pid, stop: end }
}

/** The smallest libsrt relay there can be, see test/peers/relay. */
export async function startBareRelay() {
  const ports = { player: await freeUdpPort(), publisher: await freeUdpPort() }
  const words = ['--publisher-port', String(ports.publisher), '--player-port', String(ports.player)]
  const kept = start(join(PEERS_BUILD, 'bare_relay'), words)
  await waitUntil(() => kept.stdout.includes('"ready"'), kept, 'bare_relay')
  return { ...ports, http: undefined, pid: kept.child.pid, stop: () => stop(kept) }
}
