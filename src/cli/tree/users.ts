import { Option, type Command } from 'commander'
import { confirm, dryRun, passwordFile, type Act } from './act.ts'

const users = () => import('../commands/users.ts')

export function addUserCommands(program: Command, act: Act): void {
  program.commandsGroup('People:')
  const user = program.command('users').description('Manage users').helpCommand(false)
  user
    .command('list')
    .description('List users')
    .option('--role <role>', 'Only with this role')
    .addOption(new Option('--state <state>', 'Only in this state').choices(['pending', 'active', 'locked', 'disabled']))
    .option('--search <text>', 'Only whose address or name holds this')
    .action(act(async () => (await users()).list))
  user
    .command('create <email>')
    .description('Create an active user; without a password one is made and shown once')
    .option('--username <name>', 'Instead of the part before @')
    .option('--role <role>', 'What they may do', 'user')
    .option(...passwordFile)
    .option(...dryRun)
    .action(act(async () => (await users()).create))
  user
    .command('approve <user>')
    .description('Approve a registration')
    .option('--role <role>', 'Give them this role')
    .option(...dryRun)
    .action(act(async () => (await users()).approve))
  user
    .command('disable <user>')
    .description('Keep a user out, and end their sessions')
    .option(...dryRun)
    .action(act(async () => (await users()).disable))
  user
    .command('enable <user>')
    .description('Let a disabled user in again')
    .option(...dryRun)
    .action(act(async () => (await users()).enable))
  user
    .command('unlock <user>')
    .description('End a lock-out after failed logins')
    .option(...dryRun)
    .action(act(async () => (await users()).unlock))
  user
    .command('set-role <user> <role>')
    .description('Give a user another role')
    .option(...dryRun)
    .action(act(async () => (await users()).setRole))
  user
    .command('reset-password <user>')
    .description('Set a new password and end all sessions; without one, one is made and shown once')
    .option(...passwordFile)
    .option(...dryRun)
    .action(act(async () => (await users()).resetPassword))
  user
    .command('delete <user>')
    .description('Delete a user')
    .option('--delete-projects', 'Delete their projects too')
    .option('--transfer-projects <user>', 'Give their projects to this user')
    .option(...confirm('username'))
    .option(...dryRun)
    .action(act(async () => (await users()).remove))
  user
    .command('ip-allow')
    .description('Show or change which addresses may use API and console')
    .option('--add <range...>', 'Let these in')
    .option('--remove <range...>', 'Do not let these in any more')
    .option('--clear', 'Let all addresses in')
    .option('--force', 'Also when it locks you out')
    .option(...dryRun)
    .action(act(async () => (await import('../commands/allowList.ts')).allowList))
}
