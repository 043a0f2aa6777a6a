import * as z from 'zod'
import { clientMessage, type ClientMessage } from '#platform/realtime/messages.ts'
import { commandsEndpoints } from './contract.ts'
import { createCommand } from './commands.ts'
import { dryRun } from './dryRun.ts'
import { commandViews } from './view.ts'

const body = commandsEndpoints.create.body

/** `ms11_command {type, command, timestamp}` of Socket.IO: the same as POST /commands, with the same rights. */
export const clientMessages = (): ClientMessage[] => [
  clientMessage({
    name: 'ms11_command',
    access: commandsEndpoints.create.access,
    data: z.strictObject({ ...body.shape, timestamp: z.union([z.string().max(64), z.number()]).optional() }),
    handle: async (ctx, input) => {
      if (input.dry_run) return dryRun(ctx, input)
      const [view] = await commandViews(ctx, [await createCommand(ctx, input)])
      return view
    },
  }),
]
