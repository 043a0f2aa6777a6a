import type { Command } from 'commander'
import { dryRun, type Act } from './act.ts'

const keys = () => import('../commands/keys.ts')

export function addKeyCommands(program: Command, act: Act): void {
  const key = program.command('keys').description('Manage API keys').helpCommand(false)
  key
    .command('list')
    .description('List API keys')
    .option('--user <user>', 'Only of this user')
    .option('--mine', 'Only my own')
    .action(act(async () => (await keys()).list))
  key
    .command('create <name>')
    .description('Create an API key, which is shown once')
    .option('--user <user>', 'For this user instead of yourself')
    .option('--scope <permission...>', 'Only for these permissions of its owner')
    .option('--days <number>', 'Expires after so many days')
    .option('--signing', 'Sensitive requests with it have to be signed')
    .option(...dryRun)
    .action(act(async () => (await keys()).create))
  key
    .command('rotate <id>')
    .description('Replace an API key of yours')
    .option('--overlap-minutes <number>', 'How long the old one still works', '1440')
    .option(...dryRun)
    .action(act(async () => (await keys()).rotate))
  key
    .command('revoke <id>')
    .description('Revoke an API key')
    .option(...dryRun)
    .action(act(async () => (await keys()).revoke))
}
