import type { Command } from 'commander'
import { confirm, dryRun, type Act } from './act.ts'

const roles = () => import('../commands/roles.ts')

export function addRoleCommands(program: Command, act: Act): void {
  const role = program.command('roles').description('Manage roles').helpCommand(false)
  role
    .command('list')
    .description('List roles')
    .action(act(async () => (await roles()).list))
  role
    .command('show <role>')
    .description('What a role allows')
    .action(act(async () => (await roles()).show))
  role
    .command('create <role>')
    .description('Create a role')
    .requiredOption('--allow <permission...>', '`area:verb`, `area:*`, or a verb for all areas')
    .option('--description <text>', 'What it is for')
    .option(...dryRun)
    .action(act(async () => (await roles()).create))
  role
    .command('set <role>')
    .description('Change what a role allows')
    .option('--allow <permission...>', 'Allow these too')
    .option('--deny <permission...>', 'Allow these no more')
    .option('--description <text>', 'What it is for')
    .option(...dryRun)
    .action(act(async () => (await roles()).set))
  role
    .command('delete <role>')
    .description('Delete a role; a built-in one gets back to what it was')
    .option(...confirm('role'))
    .option(...dryRun)
    .action(act(async () => (await roles()).remove))
}
