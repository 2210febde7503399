import { existsSync } from 'node:fs'
import { loadConfig } from '../config/load.ts'
import { openDatabase } from '../store/database.ts'
import { print } from './output.ts'

async function pendingOf(path: string): Promise<string[] | undefined> {
  if (!existsSync(path)) return undefined
  const database = await openDatabase({ path, readonly: true })
  const states = await database.migrations()
  await database.close()
  return states.filter(state => !state.isApplied).map(state => state.name)
}

/** Brings the database up to date and says what that took. Throws AppError. */
export async function migrate(conf: string | undefined): Promise<void> {
  const { srt } = await loadConfig({ env: process.env, ...(conf === undefined ? {} : { file: conf }) })
  const pending = await pendingOf(srt.databasePath)
  const database = await openDatabase({ path: srt.databasePath })
  await database.close()
  if (pending === undefined) print(`${database.path}: created.`)
  else if (pending.length === 0) print(`${database.path} is up to date.`)
  else print(`${database.path}: applied ${pending.join(', ')}.`)
}
