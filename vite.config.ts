import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type Rolldown } from 'vite'

/** First-load JavaScript of the console, gzipped. Above this the build fails. */
const firstLoadBytesMax = 220_000

export default defineConfig({
  root: 'src/console',
  plugins: [react(), tailwindcss(), preloadFont(/inter-.*\.woff2$/), firstLoadBudget(), precompress()],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // Fonts and images as files: `data:` fonts are not allowed by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
  },
  server: { proxy: { '^/api/': { target: 'http://127.0.0.1:8000', ws: true } } },
})

/** Without this the browser learns of the font only after it has the style sheet. */
function preloadFont(name: RegExp): Plugin {
  return {
    name: 'preload-font',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => name.test(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
            injectTo: 'head-prepend' as const,
          })),
    },
  }
}

/** Prints what a browser loads before it can show the first page, and fails the build when that is too much. */
function firstLoadBudget(): Plugin {
  return {
    name: 'first-load-budget',
    generateBundle(_options, bundle) {
      const entry = Object.values(bundle).find((file) => file.type === 'chunk' && file.isEntry)
      if (!entry) return
      const scripts = [...staticClosure(bundle, entry.fileName)].map(
        (name) => gzipSync(sourceOf(bundle[name]!), { level: 9 }).length,
      )
      const styles = Object.values(bundle).filter(({ fileName }) => fileName.endsWith('.css'))
      const scriptBytes = sum(scripts)
      const styleBytes = sum(styles.map((file) => gzipSync(sourceOf(file), { level: 9 }).length))
      this.info(
        `first load: ${kilobytes(scriptBytes)} JavaScript of ${kilobytes(firstLoadBytesMax)}, ${kilobytes(styleBytes)} CSS (gzip)`,
      )
      if (scriptBytes > firstLoadBytesMax)
        this.error(`First-load JavaScript is ${kilobytes(scriptBytes)}, more than ${kilobytes(firstLoadBytesMax)}`)
    },
  }
}

function staticClosure(bundle: Rolldown.OutputBundle, start: string, seen = new Set<string>()): Set<string> {
  const chunk = bundle[start]
  if (chunk?.type !== 'chunk' || seen.has(start)) return seen
  seen.add(start)
  for (const imported of chunk.imports) staticClosure(bundle, imported, seen)
  return seen
}

/** Writes `.gz` and `.br` beside every text file, so that the server never compresses them itself. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          const source = sourceOf(file)
          if (!/\.(js|css|svg|html)$/.test(file.fileName) || source.length < 1_024) continue
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.gz`, source: gzipSync(source, { level: 9 }) })
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: brotli(source) })
        }
      },
    },
  }
}

const brotli = (source: Uint8Array): Buffer =>
  brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })

const sourceOf = (file: Rolldown.OutputAsset | Rolldown.OutputChunk): Uint8Array =>
  Buffer.from(file.type === 'chunk' ? file.code : file.source)

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`
