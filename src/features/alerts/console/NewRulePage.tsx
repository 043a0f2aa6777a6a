import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { maybeOneOf, text, useSearch } from '#console/search.ts'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshAlerts, ruleQuery, type Condition } from './queries.ts'
import { draftOf, newDraft, startOf, type RuleDraft } from './ruleDraft.ts'
import { RuleForm } from './RuleForm.tsx'
import { kinds } from './words.ts'

/** `like` is the rule that it begins as, `q` the query of metrics or logs that it is made from. */
const searchParams = { kind: maybeOneOf(kinds), q: text(), like: text() }

export default function NewRulePage() {
  const [{ kind = 'threshold', q, like }] = useSearch(searchParams)
  const model = useQuery({ ...ruleQuery(like), enabled: like !== '' })
  return (
    <>
      <PageHeader title="New rule" lead="What is looked at, and from when on that is an alert." />
      {like === '' ? (
        <Creating key={kind + q} given={newDraft(madeOf(startOf(kind), q))} />
      ) : model.data ? (
        <Creating given={{ ...draftOf(model.data), name: `${model.data.name} (copy)` }} />
      ) : model.error ? (
        <ErrorPanel error={model.error} what="the rule" onRetry={() => void model.refetch()} />
      ) : (
        <CardSkeletons rows={[{ cards: 2, height: 360 }]} />
      )}
    </>
  )
}

function madeOf(condition: Condition, q: string): Condition {
  if (q === '') return condition
  if (condition.type === 'promql') return { ...condition, expr: q }
  return condition.type === 'logs' ? { ...condition, query: q } : condition
}

function Creating({ given }: { given: RuleDraft }) {
  const navigate = useNavigate()
  const create = async (draft: RuleDraft): Promise<void> => {
    const { name } = await call('POST /alerts', { body: { ...draft } })
    await refreshAlerts()
    toastDone(`${name} is looked at from now on`)
    await navigate({ to: pb.alerts('rules') })
  }
  return <RuleForm given={given} submit="Create rule" onSave={create} />
}
