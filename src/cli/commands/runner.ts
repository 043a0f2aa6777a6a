import { remote, credentialFor, urlOf, type CommandContext } from '../connect.ts'
import { CommandError, exitCodes } from '../failure.ts'
import { endLeftovers } from '../runner/leftovers.ts'
import { lockStateFile } from '../runner/lock.ts'
import { Memory } from '../runner/memory.ts'
import { runnerOptions, type Flags } from '../runner/options.ts'
import { Runner } from '../runner/runner.ts'

export const runner = async (context: CommandContext, _args: string[], flags: Flags): Promise<void> => {
  const { terminal, env } = context
  const url = await urlOf(context)
  if (url === undefined)
    throw new CommandError('usage', 'A runner speaks to a server', 'Add --url https://… and --token-file FILE')
  const options = runnerOptions(flags, env, url)
  const unlock = await lockStateFile(options.stateFile)
  const memory = new Memory(options.stateFile, terminal.warn)
  const { commands, sessions } = memory.leftBehind
  const count = await endLeftovers(
    new Set([...commands.map((id) => `MIKTOS_COMMAND_ID=${id}`), ...sessions.map((id) => `MIKTOS_SESSION_ID=${id}`)]),
  )
  if (count > 0) terminal.warn(`Ended ${count} programs that an earlier runner had left behind.`)
  const transport = await remote(context, url, await credentialFor(context, url))
  const started = new Runner({
    options,
    env,
    memory,
    open: () => transport.open('/ws'),
    say: terminal.say,
    warn: terminal.warn,
  })
  listenForEnd(started)
  try {
    await started.run()
  } finally {
    memory.close()
    unlock()
  }
}

/** The first signal lets what runs come to its end, the second does not. */
function listenForEnd(started: Runner): void {
  let isAsked = false
  const end = (): void => {
    if (isAsked) {
      started.kill()
      process.exit(exitCodes.interrupted)
    }
    isAsked = true
    started.stop()
  }
  // Commands end at once unless they know better.
  process.removeAllListeners('SIGINT')
  process.on('SIGINT', end).on('SIGTERM', end)
}
