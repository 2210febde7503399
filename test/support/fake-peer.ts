import type { RefuseReason } from '../../src/engine/contract.ts'

export interface FakePeer {
  /** The name of an open listener. */
  listener: string
  /** As the peer sends it, in any notation. */
  streamId: string
  /** 'address:port'. */
  peer?: string
  /** What the peer asks for. */
  latencyMs?: number
  srtVersion?: string
  /** Default: the right one, if one is asked for; '' = without. */
  passphrase?: string
}

export type FakeConnectResult = { connectionId: number } | { refused: RefuseReason }
