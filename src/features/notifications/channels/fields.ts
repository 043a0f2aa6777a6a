import * as z from 'zod'

/** One line that is safe in headers and logs. */
export const line = (lengthMax: number) =>
  z
    .string()
    .trim()
    .min(1, 'Write something')
    .max(lengthMax)
    .refine(
      (text) => text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text),
      'Leave line breaks and control characters out',
    )

/** An address that is called. Whether it may be is decided when it is dialled, since names change their meaning. */
export const webAddress = line(2_000).refine(isWebAddress, 'Write an address such as https://example.com/hook')

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

/** Scheme, host and port: paths of such addresses are often secret. */
export const originOf = (address: string): string => new URL(address).origin
