import { ConfigError, type Config } from '#platform/config/config.ts'
import { addressOf } from '../address.ts'
import { configHere, type CommandContext } from '../connect.ts'
import { exitCodes } from '../failure.ts'
import type { Column } from '../table.ts'
import { dim, green, red, yellow, type Styled, type Terminal } from '../terminal.ts'
import { database, redis } from './data.ts'
import { fail, ok, type Finding, type Patient } from './finding.ts'
import { consolePages, dataFolder, logFile, nodeVersion, resources, secretKey } from './machine.ts'
import { exposure, listening, publicAddress } from './network.ts'

type Check = (patient: Patient) => Finding | Finding[] | Promise<Finding | Finding[]>

const checks: Check[] = [
  nodeVersion,
  consolePages,
  dataFolder,
  secretKey,
  database,
  redis,
  logFile,
  resources,
  exposure,
  listening,
  async ({ config }) => (config.get('public_url') ? publicAddress(config.get('public_url')!) : []),
]

/** Looks at this machine, or with --url at the way to a server elsewhere. */
export async function doctor(context: CommandContext, flags: string[]): Promise<number> {
  const { terminal, target } = context
  const done = terminal.progress('Looking …')
  const findings = await (target.url ? publicAddress(target.url.replace(/\/+$/, '')) : examine(context, flags)).finally(
    done,
  )
  const count = (status: Finding['status']): number => findings.filter((finding) => finding.status === status).length
  const summary = { ok: count('ok'), warn: count('warn'), fail: count('fail') }
  terminal.result({ ...summary, checks: findings }, () => {
    if (terminal.options.plain) terminal.table(findings, columns)
    else findings.forEach((finding) => show(terminal, finding))
    terminal.say(`\n${summary.ok} good, ${summary.warn} to look at, ${summary.fail} wrong`)
  })
  if (findings.some(({ check, status }) => check === 'configuration' && status === 'fail')) return exitCodes.config
  return summary.fail > 0 ? exitCodes.failure : exitCodes.ok
}

async function examine(context: CommandContext, flags: string[]): Promise<Finding[]> {
  const config = await configHere(context, flags).catch((error: unknown) => {
    if (error instanceof ConfigError) return error
    throw error
  })
  if (config instanceof ConfigError) {
    return [
      nodeVersion(),
      ...config.problems.map(({ setting, source, message }) =>
        fail('configuration', `${setting} (${source}) ${message}`, 'The other checks need a good configuration first'),
      ),
    ]
  }
  const findings = [ok('configuration', 'Good')]
  for (const check of checks) findings.push(...(await findingsOf(check, config)))
  return findings
}

/** A check that cannot be made is a finding too, and no reason to leave out the others. */
async function findingsOf(check: Check, config: Config): Promise<Finding[]> {
  try {
    return [await check({ config, url: addressOf(config), now: Date.now() })].flat()
  } catch (error) {
    return [
      fail(
        check.name || 'check',
        `Could not be checked: ${(error as Error).message}`,
        'Run it again with the user that runs Miktos',
      ),
    ]
  }
}

const columns: Column<Finding>[] = [
  { title: 'STATUS', of: ({ status }) => status },
  { title: 'CHECK', of: ({ check }) => check },
  { title: 'DETAIL', of: ({ detail }) => detail },
  { title: 'FIX', of: ({ fix }) => fix },
]

const words: Record<Finding['status'], Styled> = { ok: green('ok  '), warn: yellow('warn'), fail: red('FAIL') }

function show(terminal: Terminal, { check, status, detail, fix }: Finding): void {
  terminal.out(words[status], `  ${check.padEnd(18)}${detail}`)
  if (fix !== null) terminal.out(dim(`      ${' '.repeat(18)}→ ${fix}`))
}
