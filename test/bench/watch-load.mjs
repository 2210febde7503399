// Its own process: everybody who can be told, told a lot. Many readers of GET /api/events, a webhook, a preview, and
// changes of stream IDs at a steady rate, each of which is an event for all of them.
// node watch-load.mjs HTTP_PORT ADMIN_KEY PLAYER; ends on SIGTERM and prints what was told.
import { createServer } from 'node:http'

const READERS = 200
const READERS_A_KEY = 50
const CHANGES_PER_SECOND = 10
const PREVIEW_RETRY_MS = 200

const [port, adminKey, player] = process.argv.slice(2)
const counts = { readers: 0, changes: 0, refused: 0, told: 0, calls: 0, previewBytes: 0 }

function api(method, path, { key = adminKey, body, headers = {} } = {}) {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function newKey(name) {
  const answer = await api('POST', '/api/keys', { body: { name, permissions: 'read' } })
  return (await answer.json()).api_key
}

async function read(key) {
  const answer = await api('GET', '/api/events', { key, headers: { accept: 'text/event-stream' } })
  if (answer.status !== 200) throw new Error(`no event stream: ${answer.status}`)
  counts.readers++
  const decoder = new TextDecoder()
  for await (const chunk of answer.body) {
    counts.told += decoder.decode(chunk).split('\ndata:').length - 1
  }
}

async function preview() {
  for (;;) {
    const answer = await api('GET', `/api/preview/${encodeURIComponent(player)}`)
    if (answer.status === 200) for await (const chunk of answer.body) counts.previewBytes += chunk.length
    else await answer.arrayBuffer()
    await new Promise(resolve => setTimeout(resolve, PREVIEW_RETRY_MS))
  }
}

async function addWebhook() {
  const receiver = createServer((request, response) => {
    counts.calls++
    request.resume().on('end', () => response.end())
  })
  await new Promise(resolve => receiver.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${receiver.address().port}/`
  const answer = await api('POST', '/api/webhooks', { body: { url, events: ['*'] } })
  if (answer.status !== 200) throw new Error(`no webhook: ${answer.status} ${await answer.text()}`)
}

async function change() {
  const answer = await api('PATCH', `/api/stream-ids/${encodeURIComponent(player)}`, {
    body: { description: `change ${counts.changes++}` },
  })
  if (answer.status !== 200) counts.refused++
  await answer.arrayBuffer()
}

process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(0))
})

await addWebhook()
const keys = []
for (let i = 0; i < READERS / READERS_A_KEY; i++) keys.push(await newKey(`readers ${i}`))
// A stream that ends with the relay is the end of the run.
const ended = () => undefined
for (let i = 0; i < READERS; i++) read(keys[i % keys.length]).catch(ended)
preview().catch(ended)
setInterval(() => change().catch(ended), 1000 / CHANGES_PER_SECOND)
