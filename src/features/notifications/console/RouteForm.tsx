import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { SelectField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { secondsOf, spanText } from '#console/spanText.ts'
import { MatcherFields } from '#features/alerts/console/index.ts'
import { ChannelChoice } from './ChannelChoice.tsx'
import { policiesQuery } from './queries.ts'
import { targetOf, type RouteNode, type Target } from './routeTree.ts'

interface RouteFormProps {
  route: RouteNode
  isRoot: boolean
  /** Names of the mute times there are. */
  muteTimes: readonly string[]
  onDone: (route: RouteNode) => void
  onClose: () => void
}

const targetWords: Record<Target, string> = {
  inherit: 'as the route above says',
  all: 'all channels that are on',
  channels: 'some channels',
  policy: 'a policy, step by step',
  nobody: 'nobody',
}

type Seconds = 'group_wait_seconds' | 'group_interval_seconds' | 'repeat_interval_seconds'

const times: { name: Seconds; label: string; hint: string }[] = [
  { name: 'group_wait_seconds', label: 'Wait for others of the group', hint: 'Before the first message' },
  { name: 'group_interval_seconds', label: 'Between messages of a group', hint: 'At least' },
  { name: 'repeat_interval_seconds', label: 'Tell again after', hint: 'What still fires; a policy has its own' },
]

/** One route of the tree. Empty fields are as the route above says. */
export function RouteForm({ route, isRoot, muteTimes, onDone, onClose }: RouteFormProps) {
  const [matchers, setMatchers] = useState(route.matchers)
  const [target, setTarget] = useState<Target>(targetOf(route))
  const [channels, setChannels] = useState(Array.isArray(route.channels) ? route.channels : [])
  const [muted, setMuted] = useState(route.mute_times ?? [])
  const { data: policies } = useQuery(policiesQuery)
  const known = policies?.policies ?? []
  return (
    <Form
      onSubmit={async (values) => {
        const policyId = values.maybe('policy_id')
        if (target === 'policy' && policyId === undefined) throw new Error('Choose a policy')
        if (target === 'channels' && channels.length === 0) throw new Error('Choose a channel')
        if (!isRoot && matchers.every(({ name }) => name.trim() === ''))
          throw new Error('Say which alerts take this route')
        const groupBy = values
          .text('group_by')
          .split(/[\s,]+/)
          .filter(Boolean)
        const { routes = [] } = route
        onDone({
          matchers: matchers.filter(({ name }) => name.trim() !== ''),
          continue: values.checked('continue'),
          ...(target === 'all' && { channels: 'all' }),
          ...(target === 'channels' && { channels }),
          ...(target === 'nobody' && { channels: [] }),
          ...(target === 'policy' && { policy_id: policyId! }),
          ...(groupBy.length > 0 && { group_by: groupBy }),
          ...Object.fromEntries(times.flatMap(({ name }) => written(name, values.text(name)))),
          ...(muted.length > 0 && { mute_times: muted }),
          routes,
        })
      }}
    >
      {isRoot ? (
        <p className="text-muted">Every alert comes here first, and stays unless a route below fits.</p>
      ) : (
        <MatcherFields
          legend="Alerts that"
          hint="All have to hold. alertname and severity are labels too."
          matchers={matchers}
          onChange={setMatchers}
        />
      )}
      <SelectField
        name="target"
        label="Tell"
        options={(Object.keys(targetWords) as Target[])
          .filter((one) => !(isRoot && one === 'inherit'))
          .map((value) => ({ value, label: targetWords[value] }))}
        value={isRoot && target === 'inherit' ? 'nobody' : target}
        onChange={(event) => setTarget(event.target.value as Target)}
      />
      {target === 'channels' && <ChannelChoice legend="Channels" chosen={channels} onChange={setChannels} />}
      {target === 'policy' && (
        <SelectField
          name="policy_id"
          label="Policy"
          hint={known.length === 0 ? 'There is none yet: create one first.' : undefined}
          options={known.map(({ id, name }) => ({ value: id, label: name }))}
          defaultValue={route.policy_id}
        />
      )}
      {!isRoot && (
        <Checkbox name="continue" label="Try the routes after this one too" defaultChecked={route.continue} />
      )}
      <TextField
        name="group_by"
        label="Told together by"
        hint="Labels with commas between; … (three dots: ...) for each alert by itself"
        autoComplete="off"
        spellCheck={false}
        defaultValue={route.group_by?.join(', ')}
        className="font-mono"
      />
      <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
        {times.map(({ name, label, hint }) => (
          <TextField
            key={name}
            name={name}
            label={label}
            hint={hint}
            placeholder={isRoot ? '' : 'as above'}
            autoComplete="off"
            defaultValue={route[name] === undefined ? '' : spanText(route[name])}
          />
        ))}
      </div>
      {muteTimes.length > 0 && (
        <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
          <legend className="mb-1 text-sm font-medium">Nothing is told during</legend>
          {muteTimes.map((name) => (
            <Checkbox
              key={name}
              label={name}
              checked={muted.includes(name)}
              onChange={(event) =>
                setMuted(event.target.checked ? [...muted, name] : muted.filter((other) => other !== name))
              }
            />
          ))}
        </fieldset>
      )}
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>Take over</Submit>
      </FormActions>
    </Form>
  )
}

function written(name: Seconds, text: string): [Seconds, number][] {
  if (text.trim() === '') return []
  const seconds = secondsOf(text)
  if (seconds === undefined) throw new Error(`"${text}" is no time; write 30s, 5m or 4h`)
  return [[name, seconds]]
}
