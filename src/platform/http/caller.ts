import { AppError } from '#kernel/errors.ts'
import { anonymous, type Actor } from '../context.ts'

/** Who asks, and what is wrong with the credentials that came. */
export interface Caller {
  actor: Actor
  failure?: AppError
}

/** Wrong credentials count as none until the budget is spent, so that guessing tokens is limited too. */
export function callerOf(identify: () => Actor | Promise<Actor>): Caller | Promise<Caller> {
  try {
    const actor = identify()
    return actor instanceof Promise ? actor.then(known, refused) : known(actor)
  } catch (error) {
    return refused(error)
  }
}

const known = (actor: Actor): Caller => ({ actor })

function refused(error: unknown): Caller {
  if (!(error instanceof AppError)) throw error
  return { actor: anonymous, failure: error }
}
