import { dirname, join } from 'node:path'
import { defineConfig, type Plugin } from 'rolldown'

export default defineConfig({
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  // With a binary of their own, or loaded by few and not through one file.
  external: ['@node-rs/argon2', 'better-sqlite3', 'dockerode', 'mysql2', 'pg', 'snappy'],
  plugins: [threads(), ascii()],
  output: {
    dir: 'dist/server',
    cleanDir: true,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    keepNames: true,
  },
})

/** A thread starts at a file of its own, which is named where it is started. */
function threads(): Plugin {
  const entry = /new URL\('([\w./]+\.ts)', import\.meta\.url\)/g
  return {
    name: 'threads',
    transform(code, id) {
      const changed = code.replace(entry, (_all, path: string) => {
        const file = this.emitFile({ type: 'chunk', id: join(dirname(id), path) })
        return `new URL(import.meta.ROLLUP_FILE_URL_${file})`
      })
      return changed === code ? undefined : changed
    },
  }
}

/** A file with a single character beyond Latin-1 takes twice the memory for as long as the server runs: it is written as an escape. */
function ascii(): Plugin {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'ascii',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk') chunk.code = chunk.code.replaceAll(/[^\0-\x7f]/g, escaped)
    },
  }
}
