// Loads the addon as a process of its own does, and ends in the way its first argument names.
// Usage: node teardown-child.cjs MODE TRANSPORT PUBLISH_PORT PLAY_PORT
const { join } = require('node:path')
const { Worker, isMainThread, workerData } = require('node:worker_threads')

const [mode, transport, publishPort, playPort] = isMainThread ? process.argv.slice(2) : workerData

const policy = {
  latencyMaxMs: 0,
  idleTimeoutMs: 15000,
  lingerMs: 10000,
  takeoverAfterMs: 1000,
  approval: 'granted',
  approvalTimeoutMs: 5000,
}

function startEngine() {
  const addon = require(join(__dirname, '../../native/build/sls.node'))
  const spec = {
    transport,
    relayMode: transport === 'direct' ? 'cut_through' : 'timed',
    workerCount: 2,
    maxConnections: 100,
    ringBytes: 1 << 20,
    snapshotIntervalMs: 100,
    egressBatchMs: 8,
    isPlayerLatencyFloor: true,
    maxRexmitPercent: 100,
    udpSend: 'segment',
    isPortShared: true,
  }
  let seen = 0
  const engine = addon.createEngine(spec, batch => {
    seen += batch.length
  })
  const listener = (name, role, port) => ({
    ...policy,
    name,
    role,
    host: '127.0.0.1',
    port: Number(port),
    backlog: 100,
    latencyMinMs: 0,
    lossMaxTtlPackets: 40,
    reorderTolerant: false,
    passphrase: '',
    keyLengthBytes: 0,
  })
  engine.open(listener('publish', 'publish', publishPort))
  engine.open(listener('play', 'play', playPort))
  engine.setRoutes(1, [
    { role: 'publish', streamId: 'pub', streamKey: 'pub' },
    { role: 'play', streamId: 'live', streamKey: 'pub' },
  ])
  return { engine, seen: () => seen }
}

const ready = () =>
  isMainThread ? console.log('ready') : require('node:worker_threads').parentPort.postMessage('ready')

const modes = {
  /** Nothing keeps the process alive: the addon must not either. */
  natural() {
    startEngine()
    ready()
    setTimeout(() => undefined, 300)
  },
  exit() {
    startEngine()
    ready()
    setTimeout(() => process.exit(0), 300)
  },
  async stop() {
    const { engine } = startEngine()
    ready()
    await new Promise(resolve => setTimeout(resolve, 300))
    await engine.stop()
    console.log('stopped')
  },
  async twice() {
    const { engine } = startEngine()
    ready()
    await Promise.all([engine.stop(), engine.stop()])
    await engine.stop()
    console.log('stopped')
  },
  exitWhileStopping() {
    const { engine } = startEngine()
    ready()
    setTimeout(() => {
      engine.stop()
      process.exit(0)
    }, 300)
  },
  async terminatedWorker() {
    const worker = new Worker(__filename, { workerData: ['inWorker', transport, publishPort, playPort] })
    await new Promise(resolve => worker.once('message', resolve))
    ready()
    await new Promise(resolve => setTimeout(resolve, 300))
    await worker.terminate()
    console.log('terminated')
  },
  inWorker() {
    startEngine()
    ready()
    setInterval(() => undefined, 1000)
  },
}
void modes[mode]()
