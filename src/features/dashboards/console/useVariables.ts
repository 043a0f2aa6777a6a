import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSearch } from '#console/search.ts'
import { ApiError } from '#console/errors.ts'
import { allKnownOptions, type VariableState } from './variableState.ts'
import type { Variable } from './queries.ts'
import { chosenParam, interpolate, isPattern, labelQuery, paramOf, valuesOf, type Scope } from './variables.ts'

export interface Variables {
  states: VariableState[]
  /** Undefined until the options are there that what counts depends on. */
  scope: Scope | undefined
  choose: (name: string, values: string[]) => void
}

/** The board's variables with what may be chosen and what is chosen, as the address says. */
export function useVariables(variables: readonly Variable[]): Variables {
  const params = Object.fromEntries(variables.map(({ name }) => [paramOf(name), chosenParam]))
  const [search, setSearch] = useSearch<Record<string, string[]>>(params)
  const chosenOf = ({ name }: Variable): string[] => search[paramOf(name)] ?? []
  // A variable may stand in the query of a later one; what is not chosen by anybody counts as every value there.
  const early: Scope = new Map(
    variables.map((variable) => {
      const values = valuesOf(variable, chosenOf(variable), [])
      return [variable.name, { values: values.length > 0 ? values : ['.*'], isPattern: isPattern(variable) }]
    }),
  )
  const answers = useQueries({
    queries: variables.map((variable) => {
      const asked = variable.type === 'query' ? labelQuery(interpolate(variable.query, early)) : undefined
      return {
        queryKey: ['dashboards', 'label-values', asked],
        queryFn: ({ signal }: { signal: AbortSignal }) => labelValues(asked!, signal),
        enabled: asked !== undefined,
        staleTime: 60_000,
      }
    }),
  })
  const states = variables.map((variable, index): VariableState => {
    const answer = answers[index]!
    const options = 'options' in variable ? variable.options : (answer.data ?? [])
    return {
      variable,
      options: allKnownOptions(options, chosenOf(variable)),
      values: valuesOf(variable, chosenOf(variable), options),
      isLoading: variable.type === 'query' && answer.isLoading,
      error: answer.error,
    }
  })
  const key = JSON.stringify(states.map(({ variable, values, isLoading }) => [variable.name, values, isLoading]))
  const scope = useMemo(
    () => scopeOf(states),
    // What the states come to.
    // oxlint-disable-next-line react/exhaustive-deps
    [key],
  )
  return {
    states,
    scope,
    choose: (name, values) => setSearch({ [paramOf(name)]: values }),
  }
}

function scopeOf(states: readonly VariableState[]): Scope | undefined {
  if (states.some(({ isLoading, values }) => isLoading && values.length === 0)) return undefined
  return new Map(states.map(({ variable, values }) => [variable.name, { values, isPattern: isPattern(variable) }]))
}

async function labelValues(
  { label, match }: { label: string; match: string | undefined },
  signal: AbortSignal,
): Promise<string[]> {
  const query = new URLSearchParams(match === undefined ? {} : { 'match[]': match })
  const response = await fetch(`/prometheus/api/v1/label/${encodeURIComponent(label)}/values?${query}`, {
    credentials: 'same-origin',
    signal,
  })
  const body = (await response.json()) as { data?: string[]; error?: string }
  if (!response.ok) throw new ApiError(response, { code: 'QUERY_FAILED', message: body.error ?? response.statusText })
  return body.data ?? []
}
