#!/usr/bin/env node
import { ConfigError, loadConfig } from '#platform/config/config.ts'
import { checkText } from '#platform/config/print.ts'
import { serve } from '#server/serve.ts'

const [command = 'serve', ...rest] = process.argv.slice(2)
try {
  if (command !== 'serve') throw new Error(`unknown command ${command}`)
  const config = loadConfig({ argv: rest, env: process.env, cwd: process.cwd() })
  const supervised = process.env['INVOCATION_ID'] !== undefined || process.pid === 1
  process.exit(await serve(config, supervised))
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${checkText(error.problems)}\n`)
  process.exit(78)
}
