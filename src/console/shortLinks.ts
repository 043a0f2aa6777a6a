import { call } from './client.ts'
import { isUnknown, type Place } from './finders.ts'
import { pb } from './paths.ts'
import { parseSearch } from './search.ts'
import { copyText } from './ui/clipboard.ts'
import { toastDone } from './ui/Toaster.tsx'

/** Chats and mails cut longer ones. */
const charactersMax = 2_000

/** Copies the link; of a long one a short one that leads there. */
export async function copyLink(href: string, what = 'Link'): Promise<void> {
  await copyText(await shortened(href))
  toastDone(`${what} copied`)
}

async function shortened(href: string): Promise<string> {
  if (href.length <= charactersMax) return href
  const { origin, pathname, search, hash } = new URL(href)
  try {
    const { id } = await call('POST /short-links', { body: { address: pathname + search + hash } })
    return origin + pb.shortLink(id)
  } catch {
    // The long one leads there too.
    return href
  }
}

/** Where a short link leads; undefined where there is no such one. */
export async function shortLinkPlace(id: string): Promise<Place | undefined> {
  try {
    const { address } = await call('GET /short-links/{id}', { params: { id } })
    const { pathname, search, hash } = new URL(address, location.origin)
    return { to: pathname, search: parseSearch(search), hash: hash.slice(1) }
  } catch (error) {
    if (isUnknown(error)) return undefined
    throw error
  }
}
