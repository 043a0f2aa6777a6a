import { useState } from 'react'
import { queriesOf, type ExploreSearch, type PaneName } from './address.ts'

type Drafts = Record<PaneName, string[]>

/** What is written in the rows. It runs when one says so; a change of the address replaces it. */
export function useDrafts(search: ExploreSearch): [Drafts, (pane: PaneName, drafts: string[]) => void] {
  const inAddress = JSON.stringify([queriesOf(search, 'q'), queriesOf(search, 'r')])
  const [state, setState] = useState(() => ({ inAddress, drafts: draftsOf(search) }))
  const known = state.inAddress === inAddress ? state : { inAddress, drafts: draftsOf(search) }
  if (known !== state) setState(known)
  const set = (pane: PaneName, drafts: string[]): void =>
    setState((now) => ({ ...now, drafts: { ...now.drafts, [pane]: drafts } }))
  return [known.drafts, set]
}

const draftsOf = (search: ExploreSearch): Drafts => ({ q: rowsOf(search, 'q'), r: rowsOf(search, 'r') })

/** There is always a row to write in. */
function rowsOf(search: ExploreSearch, pane: PaneName): string[] {
  const queries = queriesOf(search, pane)
  return queries.length > 0 ? queries : ['']
}
