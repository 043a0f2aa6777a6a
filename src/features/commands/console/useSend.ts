import { useState } from 'react'
import { call } from '#console/client.ts'
import { nobodyThere, type Nobody } from '#features/sessions/console/index.ts'
import { refreshCommands, type Command, type CommandPlan, type NewCommand } from './queries.ts'

interface Sender {
  /**
   * Undefined when nothing was sent: nobody is there, which `refused` tells; or it wants a look first, at `planned`,
   * and is sent when the same is asked for again. Throws what else the server says.
   */
  send: (body: NewCommand) => Promise<Command | undefined>
  refused: { body: NewCommand; nobody: Nobody } | undefined
  planned: { body: NewCommand; plan: CommandPlan } | undefined
  forget: () => void
}

/** Gives a command to a runner: after a look at what would happen where somebody has to agree, or something ends. */
export function useSend(): Sender {
  const [refused, setRefused] = useState<Sender['refused']>()
  const [planned, setPlanned] = useState<Sender['planned']>()
  const forget = (): void => {
    setRefused(undefined)
    setPlanned(undefined)
  }
  const send = async (body: NewCommand): Promise<Command | undefined> => {
    setRefused(undefined)
    if (!planned || !isSame(planned.body, body)) {
      const plan = await planOf(body)
      if (plan && wantsALook(plan)) {
        setPlanned({ body, plan })
        return undefined
      }
    }
    setPlanned(undefined)
    try {
      const command = await call('POST /commands', { body })
      await refreshCommands()
      return isPlan(command) ? undefined : command
    } catch (error) {
      const nobody = nobodyThere(error)
      if (!nobody) throw error
      setRefused({ body, nobody })
      return undefined
    }
  }
  return { send, refused, planned, forget }
}

/** Undefined for what would be refused: to be told why, it is sent. */
async function planOf(body: NewCommand): Promise<CommandPlan | undefined> {
  const plan = await call('POST /commands', { body: { ...body, dry_run: true } })
  return isPlan(plan) && plan.refusal === null ? plan : undefined
}

const isPlan = (reply: Command | CommandPlan): reply is CommandPlan => 'dry_run' in reply

const wantsALook = ({ approval, destructive }: CommandPlan): boolean => approval !== null || destructive

const isSame = (a: NewCommand, b: NewCommand): boolean => JSON.stringify(a) === JSON.stringify(b)
