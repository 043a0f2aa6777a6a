// Everything that can be said about the code without running it. Takes seconds; `npm test` begins with it.
import { command, seconds, type Outcome } from './command.ts'

const node = process.execPath
const tsc = 'node_modules/ts7/bin/tsc'

interface Step {
  name: string
  argv: readonly [string, ...string[]]
}

const steps: Step[] = [
  { name: 'types of the server', argv: [node, tsc, '-p', 'tsconfig.json'] },
  { name: 'types of the console', argv: [node, tsc, '-p', 'src/console/tsconfig.json'] },
  { name: 'types of the browser tests', argv: [node, tsc, '-p', 'test/browser/tsconfig.json'] },
  { name: 'lint', argv: [node, 'node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'unused files, exports and packages', argv: [node, 'node_modules/knip/bin/knip.js', '--no-progress'] },
  { name: 'boundaries', argv: [node, 'scripts/boundaries.ts'] },
  { name: 'generated files', argv: [node, 'scripts/generate.ts', '--check'] },
  { name: 'format', argv: [node, 'node_modules/oxfmt/bin/oxfmt', '--check', '.'] },
]

export interface CheckResult {
  passed: number
  failed: number
}

/** Runs every step, two at a time, and prints one line each; the output of those that fail comes at the end. */
export async function check(): Promise<CheckResult> {
  const waiting = steps.values()
  const failures: { name: string; output: string }[] = []
  const worker = async (): Promise<void> => {
    for (const { name, argv } of waiting) {
      const outcome = await command(argv)
      report(name, outcome)
      if (!outcome.passed) failures.push({ name, output: outcome.output })
    }
  }
  await Promise.all([worker(), worker()])
  for (const { name, output } of failures) console.error(`\n--- ${name}\n${output.trimEnd()}`)
  return { passed: steps.length - failures.length, failed: failures.length }
}

const report = (name: string, { passed, tookMs }: Outcome): void =>
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${seconds(tookMs).padStart(6)}  ${name}`)

if (import.meta.main) {
  const { failed } = await check()
  process.exitCode = failed > 0 ? 1 : 0
}
