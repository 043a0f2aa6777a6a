/** One tab says that it is about to sound. */
export interface Claim {
  /** Ms since 1970, by the clock that all tabs of a browser share. */
  at: number
  tab: string
}

/** What comes within this time after a sound is of the same batch. */
const batchMs = 3_000
/** Tabs hear of an alert at almost the same time; so long each waits for what the others say. */
const hearingMs = 250

/** Whether this claim comes before all that were heard; of two at the same moment one has to be the first. */
export const isFirst = (own: Claim, heard: readonly Claim[]): boolean =>
  heard.every(({ at, tab }) => own.at < at || (own.at === at && own.tab < tab))

export interface SoundClaims {
  /** Resolves with whether this tab is the one that may sound now: one tab, once for a batch. */
  claim(): Promise<boolean>
  close(): void
}

/** Channels work without TLS too, where browsers have no locks. */
export function soundClaims(now: () => number = Date.now): SoundClaims {
  const tab = crypto.getRandomValues(new Uint32Array(4)).join('-')
  const channel = new BroadcastChannel('miktos.alert-sound')
  let heard: Claim[] = []
  let last: Claim | undefined
  // A channel is heard by its own origin alone, and takes no other.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  const say = (claim: Claim): void => channel.postMessage(claim)
  channel.addEventListener('message', ({ data }: MessageEvent<Claim>) => {
    heard.push(data)
    // A tab hears nothing of what was said before its first claim.
    if (last && isFirst(last, [data]) && data.at - last.at < batchMs) say(last)
  })
  return {
    claim: async () => {
      const own = { at: now(), tab }
      if ([...heard, ...(last ? [last] : [])].some(({ at }) => own.at - at < batchMs)) return false
      heard = []
      last = own
      say(own)
      await new Promise((resolve) => setTimeout(resolve, hearingMs))
      return isFirst(own, heard)
    },
    close: () => channel.close(),
  }
}
