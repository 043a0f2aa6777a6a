import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

const built = join(import.meta.dirname, '../../dist/console')
const firstLoadBytesMax = 220_000

test('the first page costs at most 220 kB of JavaScript', (context) => {
  const html = readFileSync(join(built, 'index.html'), 'utf8')
  const entries = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file!)
  const files = [...staticClosure(entries)]
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(built, file)), { level: 9 }).length, 0)
  context.diagnostic(`first load: ${(bytes / 1_000).toFixed(1)} kB of JavaScript, gzip, in ${files.length} files`)
  assert.ok(files.length > 0)
  assert.ok(bytes <= firstLoadBytesMax, `${bytes} bytes`)
})

/** The files that a browser needs before it runs the first of them. */
function staticClosure(files: readonly string[], seen = new Set<string>()): Set<string> {
  for (const file of files.filter((name) => !seen.has(name))) {
    seen.add(file)
    const source = readFileSync(join(built, file), 'utf8')
    const imported = [...source.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)].map(
      ([, name]) => `assets/${name}`,
    )
    staticClosure(imported, seen)
  }
  return seen
}
