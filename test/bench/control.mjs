// What a large installation costs the control plane: the same requests and handshakes on a server with few and on one
// with many stream IDs and keys, in turns.
import { join } from 'node:path'
import { PEERS_BUILD } from '../peers/build.mjs'
import { start } from './processes.mjs'
import { PLAYER_ID, PUBLISHER_ID } from './relays.mjs'

export const SIZES = { small: { streamIds: 10, keys: 1 }, large: { streamIds: 10_000, keys: 200 } }
const ROUNDS = 60
const HANDSHAKES = 15

const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

async function call({ http, adminKey }, method, path, body) {
  const answer = await fetch(`http://127.0.0.1:${http}${path}`, {
    method,
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text
}

async function fill(relay, { streamIds, keys }) {
  const rows = Array.from({ length: streamIds }, (_, i) => ({
    publisher: `studio_${i}`,
    player: `live_${i}`,
    description: `stage ${i}`,
  }))
  const startMs = performance.now()
  await call(relay, 'POST', '/api/stream-ids/import', rows)
  const importMs = performance.now() - startMs
  for (let i = 0; i < keys; i++) await call(relay, 'POST', '/api/keys', { name: `key ${i}` })
  return importMs
}

/** The time of each of several calls, in ms. */
async function times(body) {
  const taken = []
  for (let i = 0; i < ROUNDS; i++) {
    const startMs = performance.now()
    await body(i)
    taken.push(performance.now() - startMs)
  }
  return median(taken)
}

/** From the first handshake packet to the connected socket, as a libsrt caller sees it. */
async function handshakeMs({ publisher }) {
  const taken = []
  for (let i = 0; i < HANDSHAKES; i++) {
    const words = ['publish', '--port', String(publisher), '--streamid', PUBLISHER_ID, '--count', '1']
    const peer = start(join(PEERS_BUILD, 'srt_peer'), words)
    await peer.exited
    const line = peer.stdout.split('\n').find(each => each.includes('"connected"'))
    if (line === undefined) throw new Error(`no handshake: ${peer.stdout}${peer.stderr}`)
    taken.push(JSON.parse(line).connectMs)
  }
  return median(taken)
}

async function measure(relay, importMs) {
  const add = i => call(relay, 'POST', '/api/stream-ids', { publisher: `added_${i}`, player: `added_${i}` })
  const patch = i => call(relay, 'PATCH', `/api/stream-ids/added_${i}`, { max_players: 1 + i })
  return {
    importMs,
    addMs: await times(add),
    patchMs: await times(patch),
    pageMs: await times(() => call(relay, 'GET', '/api/stream-ids?limit=100')),
    searchMs: await times(i => call(relay, 'GET', `/api/stream-ids?search=live_${i}&limit=100`)),
    statsMs: await times(() => call(relay, 'GET', `/stats/${PLAYER_ID}`)),
    keysMs: await times(() => call(relay, 'GET', '/api/keys')),
    handshakeMs: await handshakeMs(relay),
  }
}

/** Medians by size, and how many times longer each takes on the large one. */
export async function measureControl(startRelay) {
  const results = {}
  for (const [size, contents] of Object.entries(SIZES)) {
    const relay = await startRelay()
    try {
      results[size] = await measure(relay, await fill(relay, contents))
    } finally {
      await relay.stop()
    }
  }
  const { small, large } = results
  const ratios = Object.fromEntries(Object.keys(small).map(name => [name, large[name] / small[name]]))
  return { ...results, ratios }
}
