import type { ApiError } from './errors.ts'

type Ask = (settle: { done: () => void; cancel: () => void }) => void

let ask: Ask | undefined
let pending: Promise<void> | undefined

/** The dialog that asks for the password registers itself here; the client does not know it. */
export function onReauthentication(dialog: Ask): () => void {
  ask = dialog
  return () => {
    ask = undefined
  }
}

/** Resolves once the user has proved again who they are; rejects with `refusal` when they would not. */
export function reauthenticate(refusal: ApiError): Promise<void> {
  const dialog = ask
  if (!dialog) return Promise.reject(refusal)
  pending ??= new Promise<void>((done, reject) => dialog({ done, cancel: () => reject(refusal) })).finally(() => {
    pending = undefined
  })
  return pending
}
