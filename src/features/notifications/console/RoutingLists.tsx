import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState, type ComponentType } from 'react'
import { Button, IconButton } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { MatcherFields, matcherText } from '#features/alerts/console/index.ts'
import { windowText } from './policyWords.ts'
import type { InhibitRule, MuteTimes } from './queries.ts'
import { newWindow, WindowFields } from './WindowFields.tsx'

interface ListProps<Item> {
  title: string
  lead: string
  add: string
  items: readonly Item[]
  /** What begins when one is added. */
  fresh: () => Item
  nameOf: (item: Item) => string
  Row: ComponentType<{ item: Item }>
  Form: ComponentType<FormProps<Item>>
  disabledReason: string | undefined
  onChange: (items: Item[]) => void
}

/** Things that are changed one by one in a dialog, and saved with the routes. */
function EditableList<Item>({
  title,
  lead,
  add,
  items,
  fresh,
  nameOf,
  Row,
  Form: ItemForm,
  disabledReason,
  onChange,
}: ListProps<Item>) {
  const [at, setAt] = useState<number>()
  const close = (): void => setAt(undefined)
  const take = (item: Item): void => {
    onChange(at === items.length ? [...items, item] : items.map((one, index) => (index === at ? item : one)))
    close()
  }
  return (
    <Card
      title={title}
      aside={
        <Button size="sm" icon={Plus} disabledReason={disabledReason} onClick={() => setAt(items.length)}>
          {add}
        </Button>
      }
    >
      <p className="text-sm text-muted">{lead}</p>
      <ul className="mt-1 flex flex-col">
        {items.map((item, index) => (
          // Two can be alike.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className="flex items-center gap-2 border-b border-border py-1 last:border-b-0">
            <span className="min-w-0 flex-1 break-words">
              <Row item={item} />
            </span>
            <IconButton
              icon={Pencil}
              label={`Change ${nameOf(item)}`}
              disabledReason={disabledReason}
              onClick={() => setAt(index)}
            />
            <IconButton
              icon={Trash2}
              label={`Remove ${nameOf(item)}`}
              disabledReason={disabledReason}
              onClick={() => onChange(items.filter((_one, other) => other !== index))}
            />
          </li>
        ))}
      </ul>
      <Dialog open={at !== undefined} onClose={close} title={title}>
        {at !== undefined && <ItemForm item={items[at] ?? fresh()} onDone={take} onClose={close} />}
      </Dialog>
    </Card>
  )
}

interface MuteTimesListProps {
  muteTimes: readonly MuteTimes[]
  disabledReason: string | undefined
  onChange: (muteTimes: MuteTimes[]) => void
}

export const MuteTimesList = ({ muteTimes, ...rest }: MuteTimesListProps) => (
  <EditableList
    {...rest}
    title="Mute times"
    lead="Routes that name them tell nothing while they last, and everything after."
    add="Add mute times"
    items={muteTimes}
    fresh={() => ({ name: '', windows: [newWindow()] })}
    nameOf={({ name }) => name}
    Row={MuteTimesRow}
    Form={MuteTimesForm}
  />
)

const MuteTimesRow = ({ item: { name, windows } }: { item: MuteTimes }) => (
  <>
    <span className="font-medium">{name}</span>{' '}
    <span className="text-sm text-muted">{windows.map(windowText).join('; ')}</span>
  </>
)

interface FormProps<Item> {
  item: Item
  onDone: (item: Item) => void
  onClose: () => void
}

function MuteTimesForm({ item, onDone, onClose }: FormProps<MuteTimes>) {
  const [windows, setWindows] = useState(item.windows)
  return (
    <Form
      onSubmit={async (values) => {
        const name = values.maybe('name')
        if (name === undefined) throw new Error('Give them a name')
        onDone({ name: name.trim(), windows })
      }}
    >
      <TextField name="name" label="Name" maxLength={200} autoComplete="off" defaultValue={item.name} />
      {windows.map((window, index) => (
        <WindowFields
          // Windows have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          window={window}
          field={`windows.${index}`}
          onChange={(next) => setWindows(windows.map((one, at) => (at === index ? next : one)))}
        />
      ))}
      <div className="flex gap-2">
        <Button size="sm" icon={Plus} onClick={() => setWindows([...windows, newWindow()])}>
          Add a window
        </Button>
        {windows.length > 1 && (
          <Button size="sm" icon={Trash2} onClick={() => setWindows(windows.slice(0, -1))}>
            Remove the last
          </Button>
        )}
      </div>
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>Take over</Submit>
      </FormActions>
    </Form>
  )
}

interface InhibitRulesProps {
  rules: readonly InhibitRule[]
  disabledReason: string | undefined
  onChange: (rules: InhibitRule[]) => void
}

const textOf = (matchers: InhibitRule['source_matchers']): string => matchers.map(matcherText).join(' ')

export const InhibitRules = ({ rules, ...rest }: InhibitRulesProps) => (
  <EditableList
    {...rest}
    title="Inhibitions"
    lead="While an alert of the first kind fires, those of the second are not told."
    add="Add an inhibition"
    items={rules}
    fresh={(): InhibitRule => ({
      source_matchers: [{ name: 'severity', op: '=', value: 'critical' }],
      target_matchers: [{ name: 'severity', op: '=', value: 'warning' }],
      equal: ['instance'],
    })}
    nameOf={({ source_matchers }) => `the inhibition by ${textOf(source_matchers)}`}
    Row={InhibitRow}
    Form={InhibitForm}
  />
)

const InhibitRow = ({ item: { source_matchers, target_matchers, equal } }: { item: InhibitRule }) => (
  <span className="text-sm">
    <code className="font-mono">{textOf(source_matchers)}</code> holds back{' '}
    <code className="font-mono">{textOf(target_matchers)}</code>
    {equal.length > 0 && <span className="text-muted"> of the same {equal.join(', ')}</span>}
  </span>
)

function InhibitForm({ item, onDone, onClose }: FormProps<InhibitRule>) {
  const [source, setSource] = useState(item.source_matchers)
  const [target, setTarget] = useState(item.target_matchers)
  return (
    <Form
      onSubmit={async (values) => {
        const [source_matchers, target_matchers] = [source, target].map((all) =>
          all.filter(({ name }) => name.trim() !== ''),
        )
        if (!source_matchers?.length || !target_matchers?.length) throw new Error('Both need a condition')
        onDone({
          source_matchers,
          target_matchers,
          equal: values
            .text('equal')
            .split(/[\s,]+/)
            .filter(Boolean),
        })
      }}
    >
      <MatcherFields
        legend="While an alert fires that"
        matchers={source}
        onChange={setSource}
        field="source_matchers"
      />
      <MatcherFields
        legend="nobody is told of alerts that"
        matchers={target}
        onChange={setTarget}
        field="target_matchers"
      />
      <TextField
        name="equal"
        label="of the same"
        hint="Labels with commas between that both have alike"
        autoComplete="off"
        spellCheck={false}
        defaultValue={item.equal.join(', ')}
        className="font-mono"
      />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>Take over</Submit>
      </FormActions>
    </Form>
  )
}
