import type { Command } from 'commander'
import { dryRun, type Act } from './act.ts'

const commands = () => import('../commands/config.ts')

export function addSettingCommands(program: Command, act: Act): void {
  program.commandsGroup('Settings:')
  const config = program.command('config').description('Read and change settings').helpCommand(false)
  config
    .command('print')
    .description('Every setting as a line of miktos.yaml; takes settings as flags')
    .option('--sources', 'With where each value comes from')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(act(async () => (await commands()).print))
  config
    .command('check')
    .description('Name everything that is wrong with the configuration; takes settings as flags')
    .allowUnknownOption()
    .allowExcessArguments()
    .action(act(async () => (await commands()).check))
  config
    .command('set <setting=value...>')
    .description('Change settings while servers run')
    .option(...dryRun)
    .action(act(async () => (await commands()).set))
  config
    .command('unset <setting...>')
    .description('Put defaults back')
    .option(...dryRun)
    .action(act(async () => (await commands()).unset))
  config
    .command('schema')
    .description('The JSON Schema of miktos.yaml')
    .action(act(async () => (await commands()).schema))
}
