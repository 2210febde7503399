import type { ConfigInput, ConfigResult } from '../../../src/config/config.ts'

export function checkParse(parseConfig: (input: ConfigInput) => ConfigResult, data: Uint8Array): void
