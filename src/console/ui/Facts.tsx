import type { ReactNode } from 'react'

/** Names and values of one thing: `[['E-mail', user.email], ['Role', <Badge>…</Badge>]]`. */
export const Facts = ({ facts }: { facts: [name: string, value: ReactNode][] }) => (
  <dl className="grid grid-cols-[minmax(96px,max-content)_1fr] gap-x-4 gap-y-1.5 max-sm:grid-cols-1 max-sm:gap-y-0">
    {facts.map(([name, value]) => (
      <div key={name} className="contents">
        <dt className="text-muted">{name}</dt>
        <dd className="min-w-0 break-words max-sm:mb-1.5">{value}</dd>
      </div>
    ))}
  </dl>
)
