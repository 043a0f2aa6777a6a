import { useQuery } from '@tanstack/react-query'
import {
  BellOff,
  BookOpen,
  ChartSpline,
  Check,
  CheckCheck,
  ExternalLink,
  MessageSquarePlus,
  ScrollText,
} from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { call } from '#console/client.ts'
import { useCan } from '#console/me.ts'
import { logLabelsQuery } from '#console/promql/names.ts'
import { queryClient } from '#console/queryClient.ts'
import { Button } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { TextareaField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { acknowledge } from './acknowledge.ts'
import { elsewhere, graphLink, logsLink, runbookOf } from './links.ts'
import { alertQuery, refreshAlerts, type Alert, type Condition, type Matcher } from './queries.ts'
import { SilenceForm } from './SilenceForm.tsx'
import { ownLabels, stateWords } from './words.ts'

type Hours = 1 | 4 | 'until'
type Open = { what: 'resolve' | 'note'; alert: Alert } | { what: 'silence'; alert: Alert; hours: Hours }

export interface AlertActions {
  acknowledge: (alert: Alert) => void
  whyNotAcknowledge: (alert: Alert) => string | undefined
  silence: (alert: Alert, hours: Hours) => void
  whyNotSilence: string | undefined
  resolve: (alert: Alert) => void
  whyNotResolve: (alert: Alert) => string | undefined
  addNote: (alert: Alert) => void
  itemsFor: (alert: Alert, condition: Condition | null | undefined) => MenuItem[]
  dialogs: ReactNode
}

/** What can be done about an alert, for its row and its page. */
export function useAlertActions(): AlertActions {
  const can = useCan()
  const [open, setOpen] = useState<Open>()
  const mayWrite = can('alerts:write').reason
  const logs = useLogsLink()
  const graph = can('metrics:read')
  const whyNotAcknowledge = ({ state }: Alert): string | undefined =>
    mayWrite ??
    (state === 'firing'
      ? undefined
      : state === 'pending'
        ? 'It does not fire yet'
        : `It is ${stateWords[state].toLowerCase()} already`)
  const whyNotResolve = ({ state }: Alert): string | undefined =>
    mayWrite ?? (state === 'resolved' ? 'It is resolved already' : undefined)
  const silence = (alert: Alert, hours: Hours): void => setOpen({ what: 'silence', alert, hours })
  const close = (): void => setOpen(undefined)
  return {
    acknowledge: (alert) => void acknowledge(alert),
    whyNotAcknowledge,
    silence,
    whyNotSilence: mayWrite,
    resolve: (alert) => setOpen({ what: 'resolve', alert }),
    whyNotResolve,
    addNote: (alert) => setOpen({ what: 'note', alert }),
    itemsFor: (alert, condition) => {
      const graphTo = graphLink(alert, Date.now())
      const away = elsewhere(alert)
      const runbook = runbookOf(alert)
      return [
        {
          label: 'Acknowledge',
          icon: Check,
          keys: 'a',
          onSelect: () => void acknowledge(alert),
          disabledReason: whyNotAcknowledge(alert),
        },
        {
          label: 'Silence for 1 hour',
          icon: BellOff,
          keys: 's',
          onSelect: () => silence(alert, 1),
          disabledReason: mayWrite,
        },
        { label: 'Silence for 4 hours', icon: BellOff, onSelect: () => silence(alert, 4), disabledReason: mayWrite },
        { label: 'Silence until …', icon: BellOff, onSelect: () => silence(alert, 'until'), disabledReason: mayWrite },
        {
          label: 'Resolve with a note',
          icon: CheckCheck,
          onSelect: () => setOpen({ what: 'resolve', alert }),
          disabledReason: whyNotResolve(alert),
        },
        {
          label: 'Write a note',
          icon: MessageSquarePlus,
          onSelect: () => setOpen({ what: 'note', alert }),
          disabledReason: mayWrite,
        },
        'separator',
        { label: 'Logs of that time', icon: ScrollText, ...logs(alert, condition) },
        ...(graphTo
          ? [{ label: 'Graph', icon: ChartSpline, ...(graph.ok ? { to: graphTo } : { disabledReason: graph.reason }) }]
          : []),
        ...(away
          ? [
              {
                label: 'Where it comes from',
                icon: ExternalLink,
                onSelect: () => void window.open(away, '_blank', 'noopener,noreferrer'),
              },
            ]
          : []),
        ...(runbook
          ? [
              {
                label: 'Runbook',
                icon: BookOpen,
                onSelect: () => void window.open(runbook, '_blank', 'noopener,noreferrer'),
              },
            ]
          : []),
      ]
    },
    dialogs: (
      <>
        <Dialog open={open?.what === 'silence'} onClose={close} title="Silence">
          {open?.what === 'silence' && (
            <SilenceForm matchers={matchersOf(open.alert)} hours={open.hours} onClose={close} />
          )}
        </Dialog>
        <Dialog
          open={open?.what === 'resolve' || open?.what === 'note'}
          onClose={close}
          title={open?.what === 'resolve' ? 'Resolve' : 'Note'}
          lead={
            open?.what === 'resolve'
              ? 'Where the condition still holds, its rule opens a new alert when it looks next.'
              : undefined
          }
        >
          {(open?.what === 'resolve' || open?.what === 'note') && <NoteForm open={open} onClose={close} />}
        </Dialog>
      </>
    ),
  }
}

/** Where the lines of the same time are, or why one may not see them. */
export function useLogsLink(): (
  alert: Alert,
  condition: Condition | null | undefined,
) => { to: string } | { disabledReason: string } {
  const allowed = useCan()('logs:read')
  const { data: names = [] } = useQuery({ ...logLabelsQuery, enabled: allowed.ok, retry: false })
  return (alert, condition) =>
    allowed.ok ? { to: logsLink(alert, condition, names, Date.now()) } : { disabledReason: allowed.reason }
}

/** Exactly this alert. */
const matchersOf = ({ name, labels }: Alert): Matcher[] => [
  { name: 'alertname', op: '=', value: labels['alertname'] ?? name },
  ...ownLabels(labels).map(([label, value]): Matcher => ({ name: label, op: '=', value })),
]

function NoteForm({
  open: { what, alert },
  onClose,
}: {
  open: Extract<Open, { what: 'resolve' | 'note' }>
  onClose: () => void
}) {
  const params = { alert_id: alert.id }
  const save = async (values: FormValues): Promise<void> => {
    const note = values.maybe('note')
    if (what === 'resolve')
      await call('POST /alerts/active/{alert_id}/resolve', { params, body: { ...(note && { note }) } })
    else await call('POST /alerts/active/{alert_id}/note', { params, body: { note: values.text('note').trim() } })
    await refreshAlerts()
    void queryClient.invalidateQueries({ queryKey: alertQuery(alert.id).queryKey })
    toastDone(what === 'resolve' ? `${alert.name} is resolved` : 'The note is kept')
    onClose()
  }
  return (
    <Form onSubmit={save}>
      <p className="font-medium break-words">{alert.name}</p>
      <TextareaField
        name="note"
        label={what === 'resolve' ? 'What it was, for others' : 'Note'}
        rows={4}
        maxLength={5_000}
      />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>{what === 'resolve' ? 'Resolve' : 'Keep'}</Submit>
      </FormActions>
    </Form>
  )
}
