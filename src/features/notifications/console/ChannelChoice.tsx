import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { channelKindWords } from './channelFields.ts'
import { channelsQuery } from './queries.ts'

interface ChannelChoiceProps {
  legend: string
  chosen: readonly string[]
  onChange: (ids: string[]) => void
}

/** Some of the channels there are. */
export function ChannelChoice({ legend, chosen, onChange }: ChannelChoiceProps) {
  const { data } = useQuery(channelsQuery)
  const toggle = (id: string, on: boolean): void => onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id))
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      {data?.channels.length === 0 && (
        <p className="text-sm text-muted">
          There are none yet.{' '}
          <Link to={pb.channelNew()} className="text-link underline">
            Create a channel
          </Link>
        </p>
      )}
      {data?.channels.map(({ id, name, kind, enabled }) => (
        <Checkbox
          key={id}
          label={
            <>
              {name} <span className="text-sm text-muted">{enabled ? channelKindWords[kind] : 'off'}</span>
            </>
          }
          checked={chosen.includes(id)}
          onChange={({ target }) => toggle(id, target.checked)}
        />
      ))}
    </fieldset>
  )
}
