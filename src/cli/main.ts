#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Half of a start is compiling what was compiled the same way the last time; where this cannot be written it is left out.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/miktos'))

// Loads only what the command needs: a server knows nothing of the commands, a command nothing of the server.
const argv = process.argv.slice(2)

/** Flags that stand before a command; every other flag in front means `miktos serve` with a setting. */
const commandFlags =
  /^(-h|--help|-V|--version|-q|--quiet|--json|--plain|--no-input|--no-color|--local|(--url|--token|--token-file)(=.*)?)$/

const [first = 'serve'] = argv
if (first === 'serve' || (first.startsWith('-') && !commandFlags.test(first))) {
  const { runServer } = await import('./serve.ts')
  process.exit(await runServer(first === 'serve' ? argv.slice(1) : argv, process.env))
} else {
  const { runCommand } = await import('./program.ts')
  await runCommand(argv, process.env)
}
