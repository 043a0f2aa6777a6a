import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { hasCode } from '#console/errors.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { queryClient } from '#console/queryClient.ts'
import { ButtonLink } from '#console/ui/Button.tsx'
import { Badge } from '#console/ui/Badge.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Status } from '#console/ui/Status.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshAlerts, ruleQuery, type Rule } from './queries.ts'
import { draftOf, type RuleDraft } from './ruleDraft.ts'
import { RuleForm } from './RuleForm.tsx'
import { ruleStateLevel, ruleStateWords } from './words.ts'

/** One rule, to be read and changed. */
export default function RulePage() {
  const { id = '' } = useParams({ strict: false })
  const rule = useQuery(ruleQuery(id))
  usePageName(rule.data?.name)
  if (rule.data) return <KnownRule key={id} rule={rule.data} />
  return (
    <>
      <PageHeader title="Rule" />
      {!rule.error && <CardSkeletons rows={[{ cards: 2, height: 360 }]} />}
      {rule.error &&
        (hasCode(rule.error, 'RESOURCE_NOT_FOUND') ? (
          <Card>
            <EmptyState
              kind="none"
              title="There is no such rule"
              action={<ButtonLink to={pb.alerts('rules')}>All rules</ButtonLink>}
            >
              It may have been deleted. Its alerts stay in the history.
            </EmptyState>
          </Card>
        ) : (
          <ErrorPanel error={rule.error} what="the rule" onRetry={() => void rule.refetch()} />
        ))}
    </>
  )
}

const locked = 'This rule comes with Miktos; make one of your own to look at something else'

/** `rule` changes under the form while others work, and the form does not: it saves over what was seen. */
function KnownRule({ rule }: { rule: Rule }) {
  const navigate = useNavigate()
  const [opened] = useState(() => draftOf(rule))
  const [version, setVersion] = useState(rule.version)
  const [theirs, setTheirs] = useState<Rule>()
  const save = async (draft: RuleDraft): Promise<void> => {
    // What cannot be changed is not sent again.
    const { name: _name, ...adjustable } = draft
    try {
      await call('PUT /alerts/{rule_id}', {
        params: { rule_id: rule.id },
        body: { ...(rule.builtin ? adjustable : draft), version },
      })
    } catch (error) {
      if (hasCode(error, 'CONFLICT')) {
        const present = await queryClient.fetchQuery({ ...ruleQuery(rule.id), staleTime: 0 })
        if (present.version !== version) {
          setTheirs(present)
          setVersion(present.version)
        }
      }
      throw error
    }
    await refreshAlerts()
    toastDone(`${draft.name} is saved`)
    await navigate({ to: pb.alerts('rules') })
  }
  return (
    <>
      <PageHeader
        title={<span dir="auto">{rule.name}</span>}
        aside={
          <>
            <Status level={ruleStateLevel(rule)}>{ruleStateWords[rule.state]}</Status>
            {rule.builtin && (
              <Badge>
                <Lock size={11} aria-hidden="true" /> built in
              </Badge>
            )}
          </>
        }
        lead={
          rule.builtin
            ? 'Comes with Miktos: thresholds, times and texts can be changed, what it looks at cannot.'
            : undefined
        }
      />
      {rule.error && (
        <p className="mb-3 rounded-md border border-error/40 px-3 py-2 break-words text-error">{rule.error}</p>
      )}
      {rule.condition?.type === 'heartbeat' && rule.condition.source === 'push' && <HeartbeatCall id={rule.id} />}
      <RuleForm
        given={opened}
        locked={rule.builtin ? locked : undefined}
        note={theirs && <Theirs rule={theirs} />}
        submit={theirs ? 'Overwrite' : 'Save'}
        onSave={save}
      />
    </>
  )
}

const Theirs = ({ rule: { updated_by, expression, name } }: { rule: Rule }) => (
  <div className="rounded-md border border-warn/50 px-3 py-2">
    <p className="font-medium">{updated_by} saved it since you opened it. It reads:</p>
    <p dir="auto" className="break-words">
      {name}
    </p>
    <code className="font-mono text-sm break-words text-muted">{expression}</code>
  </div>
)

/** What the job runs when all went well. */
const HeartbeatCall = ({ id }: { id: string }) => (
  <div className="mb-3">
    <CodeBlock
      what="call of the job"
      wrap
      code={`curl -X POST ${location.origin}/api/v1/alerts/heartbeats/${encodeURIComponent(id)} -H "Authorization: Bearer $MIKTOS_KEY"`}
    />
  </div>
)
