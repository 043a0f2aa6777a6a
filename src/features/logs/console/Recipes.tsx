import { Send } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { recipesFor } from './recipeTexts.ts'

/** Ways to send lines, ready to be pasted. */
export const Recipes = () => (
  <div className="flex flex-col gap-3">
    {recipesFor(location.origin).map(({ title, code }) => (
      <section key={title} aria-label={title}>
        <h2 className="mb-1 text-sm font-medium text-muted">{title}</h2>
        <CodeBlock code={code} what={title} />
      </section>
    ))}
  </div>
)

export function KeyLink() {
  const can = useCan()
  if (!can('api-keys:own').ok) return null
  return <ButtonLink to={pb.apiKeyNew()}>Create an API key with logs:write</ButtonLink>
}

/** The same where lines are there already. */
export function HowToSend() {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button variant="ghost" size="sm" icon={Send} onClick={() => setOpen(true)} className="mt-1 self-start">
        How to send lines
      </Button>
      <Dialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title="Send lines here"
        lead="They appear on this page within a second."
        size="lg"
        footer={<KeyLink />}
      >
        <Recipes />
      </Dialog>
    </>
  )
}
