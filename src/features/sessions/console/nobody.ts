import { hasCode, type ApiError } from '#console/errors.ts'

/** Nobody is there to carry a command out. */
export interface Nobody {
  message: string
  /** It can be kept until somebody is. */
  canWait: boolean
}

/** Undefined for every other failure. */
export const nobodyThere = (error: unknown): Nobody | undefined =>
  hasCode(error, 'CONFLICT') && typeof error.details['can_wait'] === 'boolean'
    ? { message: forPeople(error), canWait: error.details['can_wait'] }
    : undefined

/** Without the part for programs, which says what to send. */
const forPeople = ({ message }: ApiError): string => `${message.replace(/\. Send "wait".*$/, '')}.`
