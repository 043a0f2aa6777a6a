import { useQuery } from '@tanstack/react-query'
import { Bookmark, ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { Menu, type MenuItem } from '#console/ui/Menu.tsx'
import { toastDone, toastError, toastUndo } from '#console/ui/Toaster.tsx'
import type { LogsSearch, SetLogsSearch } from './address.ts'
import { deleteView, saveView, viewsQuery, type View } from './queries.ts'

interface ViewsProps {
  search: LogsSearch
  onChange: SetLogsSearch
}

/** Filters and columns under a name, one's own and those that others share. */
export function Views({ search, onChange }: ViewsProps) {
  const { data } = useQuery(viewsQuery)
  const [isNaming, setNaming] = useState(false)
  const views = data?.views ?? []
  const current = views.find(({ id }) => id === search.view)
  const isChanged =
    current !== undefined && (current.query !== search.q || current.columns.join() !== search.cols.join())
  const show = ({ id, query, columns }: View): void =>
    onChange({ view: id, q: query, cols: columns, at: '', context: false })
  const update = async (view: View): Promise<void> => {
    await saveView({ name: view.name, shared: view.shared, query: search.q, columns: search.cols }, view.id)
    toastDone(`View ${view.name} saved`)
  }
  const remove = async ({ id, name, query, columns, shared }: View): Promise<void> => {
    await deleteView(id)
    onChange({ view: '' })
    toastUndo(`View ${name} deleted`, () => void saveView({ name, query, columns, shared }).catch(toastError))
  }
  const items: MenuItem[] = [
    ...(views.length === 0 ? [{ heading: 'No view is saved yet.' }] : []),
    ...views.map((view) => ({
      label: view.shared
        ? `${view.name} (shared${view.can_edit ? '' : ` by ${view.owner_username ?? 'somebody'}`})`
        : view.name,
      checked: view.id === search.view,
      onSelect: () => show(view),
    })),
    'separator',
    { label: 'Save as a new view…', onSelect: () => setNaming(true) },
    ...(current?.can_edit && isChanged
      ? [{ label: `Save changes to ${current.name}`, onSelect: () => void update(current).catch(toastError) }]
      : []),
    ...(current?.can_edit
      ? [{ label: `Delete ${current.name}`, danger: true, onSelect: () => void remove(current).catch(toastError) }]
      : []),
  ]
  return (
    <>
      <Menu
        items={items}
        trigger={
          <Button icon={Bookmark}>
            <span className="max-w-40 truncate">{current ? current.name : 'Views'}</span>
            {isChanged && <span className="text-faint">changed</span>}
            <ChevronDown size={12} aria-hidden="true" className="text-faint" />
          </Button>
        }
      />
      <Dialog
        open={isNaming}
        onClose={() => setNaming(false)}
        title="Save a view"
        lead="Keeps the filter and the columns, not the time."
        size="sm"
      >
        <Form
          onSubmit={async (values) => {
            const saved = await saveView({
              name: values.text('name'),
              shared: values.checked('shared'),
              query: search.q,
              columns: search.cols,
            })
            onChange({ view: saved.id })
            setNaming(false)
          }}
        >
          <TextField name="name" label="Name" autoComplete="off" autoFocus maxLength={100} />
          <Checkbox name="shared" label="Others see it too" />
          <FormActions>
            <Button onClick={() => setNaming(false)}>Cancel</Button>
            <Submit>Save</Submit>
          </FormActions>
        </Form>
      </Dialog>
    </>
  )
}
