import type { Command } from 'commander'
import { version } from '#platform/package.ts'
import { passwordFile, type Act } from './act.ts'

export function addOwnCommands(program: Command, act: Act): void {
  program.commandsGroup('This command:')
  program
    .command('login')
    .description('Log in to a server (--url), for the commands that follow')
    .option('--username <name>', 'Instead of being asked')
    .option(...passwordFile)
    .option('--signing-secret-file <file>', 'Signs sensitive requests of the API key in --token-file')
    .action(act(async () => (await import('../commands/login.ts')).login))
  program
    .command('logout')
    .description('Forget a login, and end its session')
    .action(act(async () => (await import('../commands/login.ts')).logout))
  program
    .command('completion <shell>')
    .description('Print a completion script for bash, zsh or fish')
    .action(act(async () => (await import('../commands/completion.ts')).completion(program)))
  program
    .command('version')
    .description('Print the version')
    .action(
      act(
        async () =>
          async ({ terminal }) =>
            terminal.out(version),
      ),
    )
}
