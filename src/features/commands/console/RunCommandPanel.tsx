import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { text, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { Field, SelectField } from '#console/ui/Field.tsx'
import { Form, FormActions, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { runnersQuery, sessionChoicesQuery } from '#features/sessions/console/index.ts'
import { CommandLine } from './CommandLine.tsx'
import { distinct } from './lineHistory.ts'
import { NobodyThere } from './NobodyThere.tsx'
import { PlanNote, RunButton } from './PlanNote.tsx'
import { commandsQuery, verbsQuery, type NewCommand } from './queries.ts'
import { Snippets } from './Snippets.tsx'
import { useCompletions } from './useCompletions.ts'
import { useSend } from './useSend.ts'

const deadlines = [
  { value: '60', label: '1 minute' },
  { value: '300', label: '5 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '86400', label: '1 day' },
]

/** The form at its own address, over the list of commands; the address can bring the line and the session. */
export default function RunCommandPanel() {
  const navigate = useNavigate()
  const [prefilled] = useSearch({ line: text(), session: text() })
  const [line, setLine] = useState(prefilled.line)
  const completions = useCompletions(line)
  const history = useQuery(commandsQuery({}))
  const { send, refused, planned, forget } = useSend()
  const close = (): void => void navigate({ to: pb.commands(), search: withoutPrefilled })
  const run = async (body: NewCommand): Promise<void> => {
    const command = await send(body)
    if (command) await navigate({ to: pb.command(command.id) })
  }
  const write = (next: string): void => {
    setLine(next)
    forget()
  }
  return (
    <Sheet open onClose={close} title="Run command">
      <Form onEdit={forget} onSubmit={(values) => run(bodyOf(values))}>
        {refused && <NobodyThere nobody={refused.nobody} onWait={() => run({ ...refused.body, wait: true })} />}
        <Field
          name="command"
          label="Command"
          hint="Split into words as a shell would, but no shell sees it. ↓ shows what there is, ↑ what was run before."
        >
          {(control) => (
            <CommandLine
              {...control}
              value={line}
              onLine={write}
              completions={completions}
              history={distinct(history.data?.commands.map(({ command }) => command) ?? [])}
              autoFocus
              maxLength={4_000}
            />
          )}
        </Field>
        <Usage line={line} />
        <Snippets line={line} onChoose={write} />
        <Where session={prefilled.session} />
        <SelectField
          name="deadline_seconds"
          label="Deadline"
          hint="What has not begun by then is not run any more."
          defaultValue="300"
          options={deadlines}
        />
        <Checkbox name="wait" label="Wait for a runner until then, if none is there" />
        <Checkbox name="approval" label="Another person has to agree first" />
        {planned && <PlanNote plan={planned.plan} />}
        <FormActions>
          <Button onClick={close}>Cancel</Button>
          <RunButton plan={planned?.plan} />
        </FormActions>
      </Form>
    </Sheet>
  )
}

const withoutPrefilled = ({
  line: _line,
  session: _session,
  ...rest
}: Record<string, string>): Record<string, string> => rest

const bodyOf = (values: FormValues): NewCommand => ({
  command: values.text('command'),
  session_id: values.maybe('session_id'),
  runner: values.maybe('runner'),
  deadline_seconds: values.number('deadline_seconds'),
  wait: values.checked('wait'),
  approval: values.checked('approval'),
})

/** How the verb that is being typed is used. */
function Usage({ line }: { line: string }) {
  const { data } = useQuery(verbsQuery)
  const [first = '', program] = line.trim().split(/\s+/)
  const verb = data?.verbs.find(({ name }) => name === first)
  if (!verb) return null
  const known = verb.name === 'run' ? data?.programs.find(({ name }) => name === program) : undefined
  return (
    <p className="-mt-2 text-sm text-muted">
      <code className="font-mono">{[verb.name, verb.usage].filter(Boolean).join(' ')}</code> {verb.summary}
      {verb.needs_session && '; choose the session below'}
      {!verb.allowed && `; needs the permission ${verb.permission}`}
      {known?.approval && '; another person has to agree to this program'}
    </p>
  )
}

/** Of what the command is about, and who is to do it. */
function Where({ session }: { session: string }) {
  const isAllowed = useCan()('sessions:read').ok
  const sessions = useQuery({ ...sessionChoicesQuery, enabled: isAllowed }).data?.sessions
  const runners = useQuery({ ...runnersQuery, enabled: isAllowed }).data?.runners
  if (!isAllowed) return null
  return (
    <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
      <SelectField
        // What the address asks for is chosen once it is known.
        key={sessions ? 'known' : 'coming'}
        name="session_id"
        label="Session"
        defaultValue={session}
        options={[
          { value: '', label: 'None' },
          ...(sessions ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <SelectField
        name="runner"
        label="Runner"
        defaultValue=""
        options={[
          { value: '', label: 'Any that fits' },
          ...(runners ?? []).map(({ name, connected }) => ({
            value: name,
            label: connected ? name : `${name} (away)`,
          })),
        ]}
      />
    </div>
  )
}
