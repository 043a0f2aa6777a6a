import { useQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { integer, useSearch } from '#console/search.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { IconButton } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Select, TextareaField } from '#console/ui/Field.tsx'
import { Form, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { messagesPerPage, messagesQuery, refreshProjects, type Message, type Project } from './queries.ts'
import { whyNotEdit } from './useProjectActions.tsx'

/** What was said, newest first, with a place to say something above. */
export function Messages({ project }: { project: Project }) {
  const [{ offset }, setSearch] = useSearch({ offset: integer(0) })
  const messages = useQuery(messagesQuery(project.id, offset))
  const [deleting, setDeleting] = useState<Message>()
  const remove = async (): Promise<void> => {
    if (!deleting) return
    await call('DELETE /projects/{project_id}/messages/{message_id}', {
      params: { project_id: project.id, message_id: deleting.id },
    })
    await refreshProjects()
  }
  return (
    <Card title="Messages" padding="flush">
      <div className="border-b border-border px-3 pb-3">
        <Composer project={project} onSent={() => setSearch({ offset: 0 })} />
      </div>
      {!messages.data &&
        (messages.error ? (
          <Failure error={messages.error} onRetry={() => void messages.refetch()} />
        ) : (
          <Skeleton className="m-3 h-40" />
        ))}
      {messages.data?.messages.length === 0 && <EmptyState kind="none" title="No messages yet" />}
      <ol aria-label="Messages" className="divide-y divide-border">
        {messages.data?.messages.map((message) => (
          <li key={message.id} className="group/message px-3 py-2">
            <div className="flex items-center gap-2 text-sm text-muted">
              <Badge tone={message.role === 'assistant' ? 'info' : 'neutral'}>{message.role}</Badge>
              <span className="truncate">{message.author_username ?? 'unknown author'}</span>
              <TimeAgo at={message.created_at} />
              <span className="flex-1" />
              <IconButton
                icon={Trash2}
                size="sm"
                label="Delete message"
                disabledReason={project.can_delete ? undefined : "the project is somebody else's"}
                onClick={() => setDeleting(message)}
              />
            </div>
            <p dir="auto" className="mt-1 max-w-prose break-words whitespace-pre-wrap">
              {message.content}
            </p>
          </li>
        ))}
      </ol>
      {messages.data && messages.data.total > messagesPerPage && (
        <Pagination
          offset={offset}
          limit={messagesPerPage}
          total={messages.data.total}
          onOffset={(next) => setSearch({ offset: next })}
        />
      )}
      <ConfirmDialog
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete message"
        confirm="Delete"
        onConfirm={remove}
      >
        This cannot be undone.
      </ConfirmDialog>
    </Card>
  )
}

const Failure = ({ error, onRetry }: { error: Error; onRetry: () => void }) => (
  <div className="p-3">
    <ErrorPanel error={error} what="messages" onRetry={onRetry} />
  </div>
)

const roles = [
  { value: 'user', label: 'as user' },
  { value: 'assistant', label: 'as assistant' },
  { value: 'system', label: 'as system' },
] as const

function Composer({ project, onSent }: { project: Project; onSent: () => void }) {
  // A new key empties the form once the message is sent.
  const [sent, setSent] = useState(0)
  const reason = whyNotEdit(project)
  const send = async (values: FormValues): Promise<void> => {
    const role = roles.find(({ value }) => value === values.text('role'))?.value ?? 'user'
    await call('POST /projects/{project_id}/messages', {
      params: { project_id: project.id },
      body: { role, content: values.text('content') },
    })
    await refreshProjects()
    setSent(sent + 1)
    onSent()
  }
  return (
    <Form key={sent} onSubmit={send} className="flex flex-col gap-2">
      <TextareaField name="content" label="New message" rows={2} disabled={reason !== undefined} />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <Select
          name="role"
          aria-label="Role of the message"
          options={roles}
          disabled={reason !== undefined}
          className="!h-7 !w-auto text-sm max-md:!h-9"
        />
        <Submit disabledReason={reason}>Add message</Submit>
      </div>
    </Form>
  )
}
