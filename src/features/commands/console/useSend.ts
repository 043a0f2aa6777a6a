import { useState } from 'react'
import { call } from '#console/client.ts'
import { nobodyThere, type Nobody } from '#features/sessions/console/index.ts'
import { refreshCommands, type Command, type NewCommand } from './queries.ts'

interface Sender {
  /** Undefined when nobody is there, which `refused` tells. Throws what else the server says. */
  send: (body: NewCommand) => Promise<Command | undefined>
  refused: { body: NewCommand; nobody: Nobody } | undefined
  forget: () => void
}

/** Gives a command to a runner, and knows what was refused because none is there. */
export function useSend(): Sender {
  const [refused, setRefused] = useState<Sender['refused']>()
  const send = async (body: NewCommand): Promise<Command | undefined> => {
    setRefused(undefined)
    try {
      const command = await call('POST /commands', { body })
      await refreshCommands()
      return command
    } catch (error) {
      const nobody = nobodyThere(error)
      if (!nobody) throw error
      setRefused({ body, nobody })
      return undefined
    }
  }
  return { send, refused, forget: () => setRefused(undefined) }
}
