import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'

/** better-sqlite3 13 is built on Node-API 10, and ends a Node.js that lacks it with a segmentation fault. */
const LEAST_NODE_API = 10

/**
 * better-sqlite3 13 where it runs, else 12, which has the same interface. Not 12 everywhere: compiled for Node.js 24.19 or
 * later it aborts the process when a statement is collected as garbage outside JavaScript (node_object_wrap.h).
 */
const driver =
  Number(process.versions['napi']) >= LEAST_NODE_API ? 'better-sqlite3-node-api' : 'better-sqlite3'

// The types of 12 hold for both, as far as they are used here.
export const Sqlite = createRequire(import.meta.url)(driver) as typeof BetterSqlite3
