// Its own process: asks GET /stats/PLAYER at a steady rate over kept-alive connections, from many loopback
// addresses, because the limit counts by address.
// node stats-load.mjs PORT PLAYER REQUESTS_PER_SECOND; ends on SIGTERM and prints {"answers":{"200":N},"errors":N}.
import { Agent, request } from 'node:http'

const ADDRESSES = 100
const TICK_MS = 10

const [port, player, perSecond] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])]
const agents = Array.from({ length: ADDRESSES }, (_, i) => ({
  agent: new Agent({ keepAlive: true, maxSockets: 4 }),
  localAddress: `127.0.${Math.floor(i / 200) + 1}.${(i % 200) + 1}`,
}))
const answers = {}
let errors = 0
let asked = 0

function ask() {
  const { agent, localAddress } = agents[asked++ % ADDRESSES]
  const path = `/stats/${encodeURIComponent(player)}`
  request({ host: '127.0.0.1', port, path, agent, localAddress }, answer => {
    answers[answer.statusCode] = (answers[answer.statusCode] ?? 0) + 1
    answer.resume()
  })
    .on('error', () => {
      errors++
    })
    .end()
}

const startMs = performance.now()
setInterval(() => {
  const due = ((performance.now() - startMs) / 1000) * perSecond
  while (asked < due) ask()
}, TICK_MS)

process.on('SIGTERM', () => {
  process.stdout.write(
    `${JSON.stringify({ seconds: (performance.now() - startMs) / 1000, answers, errors })}\n`,
    () => process.exit(0),
  )
})
