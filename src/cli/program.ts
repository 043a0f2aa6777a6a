import { Command, CommanderError, Option } from 'commander'
import { version } from '#platform/package.ts'
import type { Environment } from './environment.ts'
import { CommandError, exitCodes } from './failure.ts'
import { report } from './report.ts'
import { createTerminal, type TerminalOptions } from './terminal.ts'
import type { Act } from './tree/act.ts'
import { addAuditCommands } from './tree/audit.ts'
import { addAutomationCommands } from './tree/automation.ts'
import { addDataCommands } from './tree/data.ts'
import { addKeyCommands } from './tree/keys.ts'
import { addOwnCommands } from './tree/own.ts'
import { addRoleCommands } from './tree/roles.ts'
import { addServerCommands } from './tree/server.ts'
import { addSettingCommands } from './tree/settings.ts'
import { addTelemetryCommands } from './tree/telemetry.ts'
import { addUserCommands } from './tree/users.ts'

type Options = Record<string, unknown>

/** Runs one command and sets the exit code of the process. */
export async function runCommand(argv: string[], env: Environment): Promise<void> {
  process.once('SIGINT', () => process.exit(exitCodes.interrupted))
  // `miktos … | head` is no failure.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? exitCodes.ok : exitCodes.failure),
  )
  const program = createProgram(env)
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    process.exitCode =
      error instanceof CommanderError
        ? exitOfCommander(error)
        : report(createTerminal(terminalOptions(program.opts())), error)
  }
}

/** Help that was asked for is no failure; help instead of a command is. */
const exitOfCommander = ({ code }: CommanderError): number =>
  code === 'commander.helpDisplayed' || code === 'commander.version' ? exitCodes.ok : exitCodes.usage

const terminalOptions = (options: Options): TerminalOptions => ({
  json: options['json'] === true,
  plain: options['plain'] === true,
  quiet: options['quiet'] === true,
  input: options['input'] !== false,
  color: options['color'] !== false,
})

export function createProgram(env: Environment): Command {
  const program = new Command('miktos')
    .description('Runs Miktos, and administers it from a terminal.')
    .version(version, '-V, --version', 'Print the version')
    .usage('[command] [options]')
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .helpOption('-h, --help', 'Show this')
    .addHelpCommand(
      new Command('help').argument('[command]').description('Show how a command is used').helpGroup('This command:'),
    )
    .addHelpText('after', epilogue)
  program
    .optionsGroup('Which Miktos:')
    .option('--url <url>', 'A server over the network; else that of MIKTOS_URL or `miktos login`, else this machine')
    .option('--token-file <file>', 'Access token or API key for --url, - for standard input; else MIKTOS_TOKEN')
    .addOption(new Option('--token <token>').hideHelp().argParser(refuseToken))
    .option('--local', 'The data on this machine, whatever was logged in to')
    .option('--data-dir <folder>', 'The data in this folder')
    .option('--database-url <url>', 'The data in this database')
    .option('--config <file>', 'The data that this miktos.yaml names')
    .optionsGroup('Output:')
    .option('--json', 'Data as JSON')
    .option('--plain', 'Data as lines with tabs, for other programs')
    .option('-q, --quiet', 'Say nothing beside the data')
    .option('--no-input', 'Never ask')
    .option('--no-color', 'No colours; the same as NO_COLOR=1')

  const act: Act =
    (load) =>
    async (...given) => {
      const command = given.at(-1) as Command
      const all: Options = command.optsWithGlobals()
      const action = await load()
      const context = { terminal: createTerminal(terminalOptions(all)), env, target: all }
      process.exitCode = (await action(context, command.args, all as never)) ?? exitCodes.ok
    }

  for (const add of [
    addServerCommands,
    addTelemetryCommands,
    addAutomationCommands,
    addUserCommands,
    addRoleCommands,
    addKeyCommands,
    addSettingCommands,
    addAuditCommands,
    addDataCommands,
    addOwnCommands,
  ]) {
    add(program, act)
  }
  return program
}

function refuseToken(): never {
  throw new CommandError(
    'usage',
    '--token would show a secret to every user of this machine, who can read command lines',
    'Use --token-file FILE, --token-file - or MIKTOS_TOKEN',
  )
}

const epilogue = `
Without a command, or with settings alone, Miktos serves: miktos --port 9000

Examples:
  miktos logs -f api level:error
  miktos query 'sum(rate(http_requests_total[5m]))' --range 6h
  miktos users create mara@example.com --role operator
  miktos users ip-allow --clear
  miktos config print --sources
  miktos audit export --from 2026-01-01 > audit.ndjson
  miktos backup /srv/backups/miktos.backup --passphrase-file /etc/miktos/passphrase

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 denied, 5 conflict, 75 try again later,
78 wrong configuration, 130 interrupted
`
