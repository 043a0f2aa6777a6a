import type { Stop } from '../platform.ts'

/** `active_conversations`: conversations that are going on. `queue_size`: what waits to be delivered or run. */
export type LoadFigure = 'active_conversations' | 'queue_size'

/** What is going on over the whole product, as the sum of what the features that know of it measure. */
export interface Load {
  /** A source is asked again for each reading. */
  add(figure: LoadFigure, source: () => Promise<number>): Stop
  /** 0 while there is no source. Rejects when a source does. */
  read(figure: LoadFigure): Promise<number>
}

export function createLoad(): Load {
  const sources = new Set<{ figure: LoadFigure; source: () => Promise<number> }>()
  return {
    add: (figure, source) => {
      const entry = { figure, source }
      sources.add(entry)
      return () => void sources.delete(entry)
    },
    read: async (figure) => {
      const asked = [...sources].filter((entry) => entry.figure === figure)
      const values = await Promise.all(asked.map(({ source }) => source()))
      return values.reduce((sum, value) => sum + value, 0)
    },
  }
}
