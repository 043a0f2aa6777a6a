import { call } from './client.ts'
import { hasCode } from './errors.ts'
import { pb } from './paths.ts'
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

/** What a short link stands for, as a URL of this origin; undefined where there is no such one. */
export async function shortLinkTarget(id: string): Promise<URL | undefined> {
  try {
    const { address } = await call('GET /short-links/{id}', { params: { id } })
    return new URL(address, location.origin)
  } catch (error) {
    if (hasCode(error, 'RESOURCE_NOT_FOUND') || hasCode(error, 'VALIDATION_FAILED')) return undefined
    throw error
  }
}
