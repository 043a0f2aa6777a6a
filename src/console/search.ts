import { useNavigate, useSearch as useRouterSearch } from '@tanstack/react-router'

/** How one search parameter is read from the URL and written back; `undefined` leaves it out. */
export interface Param<T> {
  read(raw: string | undefined): T
  write(value: T): string | undefined
}

export const text = (fallback = ''): Param<string> => ({
  read: (raw) => raw ?? fallback,
  write: (value) => (value === fallback ? undefined : value),
})

export const oneOf = <const T extends string>(values: readonly T[], fallback: T): Param<T> => ({
  read: (raw) => values.find((value) => value === raw) ?? fallback,
  write: (value) => (value === fallback ? undefined : value),
})

/** As `oneOf`, where choosing nothing is a choice too. */
export const maybeOneOf = <const T extends string>(values: readonly T[]): Param<T | undefined> => ({
  read: (raw) => values.find((value) => value === raw),
  write: (value) => value,
})

export const integer = (fallback: number): Param<number> => ({
  read: (raw) => (raw !== undefined && /^\d{1,9}$/.test(raw) ? Number(raw) : fallback),
  write: (value) => (value === fallback ? undefined : String(value)),
})

export const flag = (): Param<boolean> => ({
  read: (raw) => raw === '1',
  write: (value) => (value ? '1' : undefined),
})

/** `?state=active,pending` */
export const list = (): Param<string[]> => ({
  read: (raw) => (raw ? raw.split(',') : []),
  write: (value) => (value.length > 0 ? value.join(',') : undefined),
})

interface SetOptions {
  /** Typing replaces the entry in the history; committing adds one. */
  replace?: boolean
}

/**
 * The part of the page's state that lives in the URL:
 * `const [search, setSearch] = useSearch({ q: text(), offset: integer(0) })`.
 * `setSearch` keeps what it is not given and leaves values that are the default out of the address.
 */
export function useSearch<Values extends object>(params: { [K in keyof Values]: Param<Values[K]> }): [
  Values,
  (change: Partial<Values>, options?: SetOptions) => void,
] {
  const raw: Record<string, string | undefined> = useRouterSearch({ strict: false })
  const navigate = useNavigate()
  const names = Object.keys(params) as (keyof Values & string)[]
  const values = Object.fromEntries(names.map((name) => [name, params[name].read(raw[name])])) as Values
  const set = (change: Partial<Values>, { replace = false }: SetOptions = {}): void => {
    const changed = names.filter((name) => Object.hasOwn(change, name))
    const written = Object.fromEntries(
      changed.map((name) => [name, params[name].write(change[name] as Values[typeof name])]),
    )
    void navigate({
      to: '.',
      search: (previous: Record<string, string>) => withoutEmpty({ ...previous, ...written }),
      replace,
      resetScroll: false,
    })
  }
  return [values, set]
}

const withoutEmpty = (search: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(search).filter((entry): entry is [string, string] => entry[1] !== undefined))

/** `?a=1&b=x` as plain strings both ways: addresses stay readable and are the same after a reload. */
export const parseSearch = (search: string): Record<string, string> => Object.fromEntries(new URLSearchParams(search))

export function stringifySearch(search: Record<string, string | undefined>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined) params.set(name, value)
  }
  // Commas, colons and slashes need no escape in a query and read better without.
  const written = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/')
  return written ? `?${written}` : ''
}
