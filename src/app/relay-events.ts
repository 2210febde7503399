import type { Gatekeeper } from '../access/gatekeeper.ts'
import type { Config } from '../config/config.ts'
import type { EventSink } from '../events/hub.ts'
import { RelayEvents } from '../events/relay-events.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Directory } from '../streams/directory.ts'
import { roleByName } from '../streams/listener-role.ts'
import { refusalSentence } from '../streams/refusal-sentences.ts'
import { encryptionOf } from '../streams/sessions.ts'
import { roleOfListener } from './specs.ts'

export interface RelayEventsParts {
  config: () => Config
  sink: EventSink
  gatekeeper: Pick<Gatekeeper, 'playersOf' | 'hasPlayer'>
  directory: Pick<Directory, 'connections'>
  clock: Clock
  log: Logger
}

/** What the engine tells, as events, with the names and sentences of the other parts. */
export function relayEvents({
  config,
  sink,
  gatekeeper,
  directory,
  clock,
  log,
}: RelayEventsParts): RelayEvents {
  return new RelayEvents({
    sink,
    playersOf: streamKey => gatekeeper.playersOf(streamKey),
    streamOf: player => gatekeeper.hasPlayer(player),
    roleOf: listener => roleOfListener(config(), listener) ?? roleByName(listener),
    sentenceOf: refusalSentence,
    encryptionOf,
    connections: () => directory.connections(),
    stallAfterS: () => config().srt.stallAfterS,
    clock,
    log,
  })
}
