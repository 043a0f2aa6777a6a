import type { BoardInput } from '../board.ts'
import type { GrafanaVariable } from './grafana.ts'
import type { Report } from './report.ts'

type VariableInput = NonNullable<BoardInput['variables']>[number]

const labelValues = /^\s*label_values\(\s*(?:(.+),)?\s*([a-zA-Z_]\w*)\s*\)\s*$/s
const all = '$__all'

/** Those that have a counterpart; of others that queries may name at least the value that was chosen is kept. */
export function convertVariables(given: readonly GrafanaVariable[], report: Report): VariableInput[] {
  const converted = given.flatMap(
    (variable) => convertVariable(variable, (what) => report(`Variable ${variable.name ?? ''}`, what)) ?? [],
  )
  return [...new Map(converted.map((variable) => [variable.name, variable])).values()]
}

function convertVariable(given: GrafanaVariable, tell: (what: string) => void): VariableInput | undefined {
  const { name = '', label = '', type = '', multi = false, includeAll: include_all = false, regex, allValue } = given
  const common = { name, label: label.slice(0, 100) }
  const value = [given.current?.value ?? []].flat().filter((one) => one !== all && one !== 'All')
  const asText = (): VariableInput => ({ ...common, type: 'text', value: value.slice(0, 1) })
  if (!/^[a-zA-Z_]\w{0,49}$/.test(name) || name.startsWith('__')) {
    tell('has a name that cannot be used here')
    return undefined
  }
  if (type === 'query') {
    const query = queryOf(given)
    if (!labelValues.test(query)) {
      tell(`its query is no label_values(): it became a text with the value that was chosen (${query.slice(0, 80)})`)
      return asText()
    }
    if (regex) tell(`the expression ${regex} by which values are chosen`)
    if (allValue) tell('its own value for "All": here "All" matches every value')
    return { ...common, type: 'query', query, multi, include_all, value }
  }
  if (type === 'custom') {
    const options = optionsOf(given)
    return options.length > 0 ? { ...common, type: 'custom', options, multi, include_all, value } : asText()
  }
  if (type === 'interval') {
    if (given.auto) tell('the automatic interval: write $__interval instead')
    const options = optionsOf(given).filter((option) => /^\d+(ms|[smhdwy])$/.test(option))
    return options.length > 0
      ? { ...common, type: 'interval', options, value: value.filter((one) => options.includes(one)).slice(0, 1) }
      : asText()
  }
  if (type === 'textbox' || type === 'constant') return { ...common, type: 'text', value: [value[0] ?? queryOf(given)] }
  tell(
    type === 'datasource'
      ? 'data sources: all queries go to this server'
      : `variables of the kind ${type || 'unknown'}`,
  )
  return undefined
}

const queryOf = ({ query, definition }: GrafanaVariable): string =>
  (typeof query === 'string' ? query : query?.query) || definition || ''

/** `a, b, key : value` */
const optionsOf = (given: GrafanaVariable): string[] =>
  queryOf(given)
    .split(/(?<!\\),/)
    .map((option) => option.replaceAll('\\,', ',').trim())
    .map((option) => /^.+\s:\s(.+)$/.exec(option)?.[1] ?? option)
    .filter((option) => option !== '')
