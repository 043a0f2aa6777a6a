import { useQuery } from '@tanstack/react-query'
import { BookmarkPlus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button, IconButton } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { refreshSnippets, snippetsQuery, type Snippet } from './queries.ts'

interface SnippetsProps {
  /** The line as it is, which can be kept. */
  line: string
  onChoose: (line: string) => void
}

/** Commands that are kept under a name, own ones and those that others share. */
export function Snippets({ line, onChoose }: SnippetsProps) {
  const { data } = useQuery(snippetsQuery)
  const [isKeeping, setKeeping] = useState(false)
  return (
    <section aria-label="Snippets" className="flex flex-col gap-1">
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-sm font-medium">Snippets</h3>
        <Button
          size="sm"
          variant="ghost"
          icon={BookmarkPlus}
          disabledReason={line.trim() === '' ? 'Write a command first' : undefined}
          onClick={() => setKeeping(true)}
        >
          Keep this command
        </Button>
      </div>
      {/* The line has its place also before it is known. */}
      {!data?.snippets.length && (
        <p className="text-sm text-muted">
          {data ? 'None yet: write a command and keep it to have it here.' : '\u00A0'}
        </p>
      )}
      <ul className="flex max-h-48 flex-col overflow-y-auto">
        {data?.snippets.map((snippet) => (
          <SnippetRow key={snippet.id} snippet={snippet} onChoose={onChoose} />
        ))}
      </ul>
      <KeepDialog open={isKeeping} line={line} onClose={() => setKeeping(false)} />
    </section>
  )
}

function SnippetRow({
  snippet: { id, name, command, shared, own },
  onChoose,
}: {
  snippet: Snippet
  onChoose: (line: string) => void
}) {
  const remove = async (): Promise<void> => {
    await call('DELETE /commands/snippets/{snippet_id}', { params: { snippet_id: id } }).catch(toastError)
    await refreshSnippets()
  }
  return (
    <li className="flex items-center gap-1">
      <button
        type="button"
        onClick={() => onChoose(command)}
        className="flex min-h-8 min-w-0 flex-1 flex-wrap items-center gap-x-3 rounded-md px-2 py-1 text-left hover:bg-hover max-md:min-h-10"
      >
        <span dir="auto" className="max-w-full truncate">
          {name}
        </span>
        <code dir="auto" className="min-w-0 truncate font-mono text-sm text-muted">
          {command}
        </code>
      </button>
      {shared && <Badge>shared</Badge>}
      {own && <IconButton icon={Trash2} size="sm" label={`Delete the snippet ${name}`} onClick={() => void remove()} />}
    </li>
  )
}

function KeepDialog({ open, line, onClose }: { open: boolean; line: string; onClose: () => void }) {
  const keep = async (values: FormValues): Promise<void> => {
    const name = values.text('name')
    await call('POST /commands/snippets', { body: { name, command: line, shared: values.checked('shared') } })
    await refreshSnippets()
    toastDone(`${name} is kept`)
    onClose()
  }
  return (
    <Dialog open={open} onClose={onClose} title="Keep this command" size="sm">
      <Form onSubmit={keep}>
        <code dir="auto" className="font-mono text-sm break-all text-muted">
          {line}
        </code>
        <TextField name="name" label="Name" maxLength={200} autoComplete="off" autoFocus />
        <Checkbox name="shared" label="Everybody who may run commands sees it" />
        <FormActions>
          <Button onClick={onClose}>Cancel</Button>
          <Submit>Keep</Submit>
        </FormActions>
      </Form>
    </Dialog>
  )
}
