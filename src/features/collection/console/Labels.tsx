import { Badge } from '#console/ui/Badge.tsx'

/** `env=prod`, each by itself. */
export function Labels({ labels }: { labels: Readonly<Record<string, string>> }) {
  const pairs = Object.entries(labels)
  if (pairs.length === 0) return <span className="text-faint">–</span>
  return (
    <span className="flex flex-wrap gap-1">
      {pairs.map(([name, value]) => (
        <Badge key={name}>
          <span className="max-w-56 truncate">
            {name}={value}
          </span>
        </Badge>
      ))}
    </span>
  )
}
