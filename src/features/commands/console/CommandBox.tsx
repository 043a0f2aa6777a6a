import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { pb } from '#console/paths.ts'
import { Card } from '#console/ui/Card.tsx'
import { Field } from '#console/ui/Field.tsx'
import { Form } from '#console/ui/Form.tsx'
import type { Session } from '#features/sessions/console/index.ts'
import { CommandLine } from './CommandLine.tsx'
import { CommandStatusMark } from './CommandStatusMark.tsx'
import { distinct } from './lineHistory.ts'
import { NobodyThere } from './NobodyThere.tsx'
import { OutputLog } from './OutputLog.tsx'
import { PlanNote, RunButton } from './PlanNote.tsx'
import { commandQuery, commandsOfSessionQuery, type NewCommand } from './queries.ts'
import { useCompletions } from './useCompletions.ts'
import { useSend } from './useSend.ts'

/** A line to tell a session something, and below it what the last one wrote. */
export function CommandBox({ session }: { session: Session }) {
  const [line, setLine] = useState('')
  const [sentId, setSentId] = useState<string>()
  const completions = useCompletions(line)
  const history = useQuery(commandsOfSessionQuery(session.id))
  const { send, refused, planned, forget } = useSend()
  const run = async (body: NewCommand): Promise<void> => {
    const command = await send(body)
    if (!command) return
    setLine('')
    setSentId(command.id)
  }
  const write = (next: string): void => {
    setLine(next)
    forget()
  }
  return (
    <Card title="Tell it">
      <Form className="flex flex-col gap-2" onSubmit={() => run({ command: line, session_id: session.id })}>
        {refused && <NobodyThere nobody={refused.nobody} onWait={() => run({ ...refused.body, wait: true })} />}
        <Field name="command" label="Command" hint="↓ shows what there is, ↑ what was run before.">
          {(control) => (
            <span className="flex gap-2">
              <CommandLine
                {...control}
                value={line}
                onLine={write}
                completions={completions}
                history={distinct(history.data?.commands.map(({ command }) => command) ?? [])}
                maxLength={4_000}
              />
              <RunButton
                plan={planned?.plan}
                className="!h-8 max-md:!h-10"
                disabledReason={line.trim() === '' ? 'Write a command' : undefined}
              />
            </span>
          )}
        </Field>
        {planned && <PlanNote plan={planned.plan} />}
      </Form>
      {sentId !== undefined && <Sent id={sentId} />}
    </Card>
  )
}

function Sent({ id }: { id: string }) {
  const { data: command } = useQuery(commandQuery(id))
  if (!command) return null
  return (
    <div className="mt-3">
      <div className="mb-1 flex flex-wrap items-center gap-3">
        <Link to={pb.command(id)} className="min-w-0 rounded-sm text-link hover:underline">
          <code dir="auto" className="font-mono text-sm break-all">
            {command.command}
          </code>
        </Link>
        <CommandStatusMark command={command} />
      </div>
      <OutputLog key={id} command={command} height="200px" />
    </div>
  )
}
