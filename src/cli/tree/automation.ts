import type { Command } from 'commander'
import type { Act } from './act.ts'

export function addAutomationCommands(program: Command, act: Act): void {
  program.commandsGroup('Automation:')
  program
    .command('runner')
    .description('Connect to a server (--url) and carry out its commands and sessions, until Ctrl-C')
    .option('--name <name>', 'What the server calls it; else the name of this machine')
    .option('--allow <name=program...>', 'May be run: backup=/usr/local/bin/backup,--fast')
    .option('--approve <name...>', 'Of those, these need another person who agrees')
    .option('--session-program <program>', 'What a session runs: /path/to/program,its,arguments')
    .option('--modes <modes>', 'Modes that sessions have: combat,crafting')
    .option('--state-file <file>', 'Remembers what was begun; else one in ~/.local/state/miktos')
    .option('--max <number>', 'Programs of commands at once', '4')
    .addHelpText('after', '\nThe key in --token-file needs the scope runners:write. docs/runner.md has the protocol.\n')
    .action(act(async () => (await import('../commands/runner.ts')).runner))
}
