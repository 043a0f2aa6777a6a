import { Option, type Command } from 'commander'
import type { Act } from './act.ts'

const commands = () => import('../commands/audit.ts')

export function addAuditCommands(program: Command, act: Act): void {
  program.commandsGroup('Audit log:')
  const audit = program.command('audit').description('Read and verify the audit log').helpCommand(false)
  filtered(
    audit.command('list').description('Read it, newest first').option('--limit <number>', 'So many records', '50'),
  ).action(act(async () => (await commands()).list))
  audit
    .command('verify')
    .description('Check that no record was changed, added or taken away')
    .action(act(async () => (await commands()).verify))
  filtered(
    audit
      .command('export')
      .description('Write it out, oldest first')
      .addOption(new Option('--format <format>', 'csv or ndjson').choices(['csv', 'ndjson']).default('ndjson')),
  ).action(act(async () => (await commands()).exportAll))
}

const filtered = (command: Command): Command =>
  command
    .option('--actor <name>', 'Only what this user or key did')
    .option('--action <action>', '`user.update`, or `user.` for all that begin so')
    .option('--target <id>', 'Only what was done to this')
    .addOption(new Option('--result <result>', 'Only with this outcome').choices(['ok', 'denied', 'failed']))
    .option('--from <time>', 'Not before; 2026-01-31, 2026-01-31T08:00Z or Unix seconds')
    .option('--to <time>', 'Before')
    .option('--search <text>', 'Only records that hold this')
