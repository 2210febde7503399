import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/tools.ts'

const BUILT = join(ROOT, 'dist/page')
const MOST_SCRIPT_BYTES = 60_000

const assets = () => readdirSync(join(BUILT, 'assets'))
const compressedBytes = (name: string) => readFileSync(join(BUILT, 'assets', `${name}.gz`)).length

describe('the built page', () => {
  it('is small: all scripts together, but for the preview, which is loaded when somebody wants it', () => {
    const scripts = assets().filter(name => name.endsWith('.js'))
    const own = scripts.filter(name => !name.startsWith('mpegts'))
    expect(scripts.length - own.length).toBe(1)
    expect(own.reduce((sum, name) => sum + compressedBytes(name), 0)).toBeLessThan(MOST_SCRIPT_BYTES)
  })

  it('has every file compressed both ways, and the name of none without its content in it', () => {
    const plain = assets().filter(name => !/\.(br|gz)$/.test(name))
    expect(plain.length).toBeGreaterThanOrEqual(4)
    for (const name of plain) {
      expect(name).toMatch(/-[\w-]{8}\.\w+$/)
      for (const kind of ['br', 'gz']) expect(existsSync(join(BUILT, 'assets', `${name}.${kind}`))).toBe(true)
    }
  })

  it('has no script or style within the document, which its policy would not allow', () => {
    const html = readFileSync(join(BUILT, 'index.html'), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/)
    for (const [, url = ''] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(url).toMatch(/^\/(assets\/|docs$)/)
    }
  })
})
