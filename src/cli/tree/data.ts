import type { Command } from 'commander'
import { dryRun, type Act } from './act.ts'

export function addDataCommands(program: Command, act: Act): void {
  const passphrase = ['--passphrase-file <file>', 'File that holds the passphrase, - for standard input'] as const
  program.commandsGroup('Data:')
  program
    .command('backup <file>')
    .description('Write everything into one encrypted file, while servers run')
    .option(...passphrase)
    .option('--no-encrypt', 'Readable by everybody, and without the installation secret')
    .option('--force', 'Replace the file if there is one')
    .action(act(async () => (await import('../commands/backup.ts')).backup))
  program
    .command('restore <file>')
    .description('Put the contents of a backup in place, in whatever database the settings name')
    .option(...passphrase)
    .option('--force', 'Replace what is there')
    .option('--confirm <database>', 'Name of the database that is replaced, instead of being asked to type it')
    .option(...dryRun)
    .action(act(async () => (await import('../commands/restore.ts')).restore))
}
