import { useQuery } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { useCan } from '#console/me.ts'
import { limitOf, type RuleDraft } from './ruleDraft.ts'
import type { Preview } from './usePreview.ts'
import { useSettled } from './useSettled.ts'

export type Texts = Reply<Api['POST /alerts/texts']>

const settledMs = 400

export const isTemplate = (text: string): boolean => text.includes('{')

/**
 * What the texts of a rule come to for the sample, or a made-up alert. Null until that is known, so that its place can
 * be kept; undefined where there is nothing to fill in.
 */
export function useTexts(
  { name, condition, labels, annotations }: RuleDraft,
  sample: Preview['sample'] | undefined,
): Texts | null | undefined {
  const allowed = useCan()('alerts:write').ok
  const asked = useSettled(
    JSON.stringify({
      name,
      type: condition.type,
      threshold: limitOf(condition),
      labels,
      annotations,
      ...(sample && { sample }),
    }),
    settledMs,
  )
  const isNeeded = Object.values({ ...labels, ...annotations }).some(isTemplate)
  const { data = null, error } = useQuery({
    queryKey: ['alert-texts', asked],
    queryFn: ({ signal }) => call('POST /alerts/texts', { body: JSON.parse(asked), signal }),
    enabled: allowed && isNeeded,
    retry: false,
    staleTime: Infinity,
    placeholderData: (before) => before,
  })
  return isNeeded && allowed && !(error && data === null) ? data : undefined
}
