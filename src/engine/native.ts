import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { AppError, messageOf } from '../lib/errors.ts'
import { packageRoot } from '../lib/package-root.ts'
import { CONTRACT_VERSION, type NativeAddon } from './contract.ts'

/** A build of this checkout wins over one that was shipped. */
function candidates(root: string): string[] {
  const isMusl = process.platform === 'linux' && !('glibcVersionRuntime' in reportHeader())
  const platform = `${process.platform}${isMusl ? '-musl' : ''}-${process.arch}`
  return [join(root, 'native/build/sls.node'), join(root, `prebuilds/${platform}.node`)]
}

function reportHeader(): object {
  const report = process.report.getReport()
  return 'header' in report && report.header !== null && typeof report.header === 'object'
    ? report.header
    : {}
}

/**
 * Loads the native addon. This is the only place that names a .node file.
 * @throws AppError ADDON_MISSING: none is there, it cannot be loaded, or it was built for another contract.
 */
export function loadAddon(root: string = packageRoot()): NativeAddon {
  const hint = "run 'npm run build:native' in the program's folder"
  const files = candidates(root)
  const file = files.find(existsSync)
  if (file === undefined)
    throw new AppError('ADDON_MISSING', `no native addon: looked for ${files.join(' and ')}`, { hint })
  const addon = requireAddon(file, hint)
  if (addon.contractVersion !== CONTRACT_VERSION) {
    const found = `${file} speaks contract ${addon.contractVersion}, this program ${CONTRACT_VERSION}`
    throw new AppError('ADDON_MISSING', found, { hint })
  }
  return addon
}

function requireAddon(file: string, hint: string): NativeAddon {
  try {
    // The one place where the type of foreign code is asserted; contractVersion is checked by the caller.
    return createRequire(import.meta.url)(file) as NativeAddon
  } catch (cause) {
    throw new AppError('ADDON_MISSING', `${file} cannot be loaded: ${messageOf(cause)}`, { hint, cause })
  }
}
