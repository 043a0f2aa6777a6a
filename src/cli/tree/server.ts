import type { Command } from 'commander'
import { dryRun, type Act } from './act.ts'

const processes = () => import('../commands/processes.ts')

export function addServerCommands(program: Command, act: Act): void {
  program.commandsGroup('Server:')
  program
    .command('serve')
    .description('Serve API, sockets and console; takes every setting as a flag (miktos serve --help)')
  program
    .command('status')
    .alias('health')
    .description('Whether a server answers, and how it does')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(act(async () => (await import('../commands/status.ts')).status))
  program
    .command('processes')
    .description('List the servers that run')
    .action(act(async () => (await processes()).listProcesses))
  program
    .command('stop [pid]')
    .description('Let a server finish its requests and end it')
    .option('--all', 'All servers')
    .option(...dryRun)
    .action(act(async () => (await processes()).stop))
  program
    .command('restart')
    .description('Restart all servers, one after the other')
    .option(...dryRun)
    .action(act(async () => (await processes()).restart))
  program
    .command('doctor')
    .description('Look for what is wrong, and say what to do about it; takes settings as flags')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(act(async () => (await import('../doctor/doctor.ts')).doctor))
}
