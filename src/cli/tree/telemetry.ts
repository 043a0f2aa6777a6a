import type { Command } from 'commander'
import type { Act } from './act.ts'

export function addTelemetryCommands(program: Command, act: Act): void {
  program.commandsGroup('Logs and metrics:')
  program
    .command('logs [service] [query...]')
    .description('Print lines of a service, or of `all`, oldest first; with --json one object a line')
    .option('-f, --follow', 'Go on with what comes, until Ctrl-C')
    .option('--since <time>', '`90m`, `2d`, 2026-01-31T08:00Z or Unix seconds', '1h')
    .option('--until <time>', 'Not after')
    .option('--level <levels>', 'Only these: `error,critical`')
    .option('--limit <number>', 'So many lines, the newest', '100')
    .addHelpText(
      'after',
      `
The query is what the console takes: words, "phrases", -not, /regular expressions/, @field:value, level:error, OR and
parentheses; or LogQL alone, in quotes: miktos logs '{app="api"} |= "refused"'
`,
    )
    .action(act(async () => (await import('../commands/logs.ts')).logs))
  program
    .command('query <promql>')
    .description('Run PromQL at one moment, or over a span of time')
    .option('--range <duration>', 'Over so long: `6h`')
    .option('--step <duration>', 'With --range: one value every so long; else as fits')
    .option('--time <time>', 'At this moment, or until it; `5m` ago, 2026-01-31T08:00Z or Unix seconds')
    .action(act(async () => (await import('../commands/query.ts')).query))
}
