import { cx } from './cx.ts'
import { Copy } from './Copy.tsx'

interface CodeBlockProps {
  code: string
  /** What it is, for the copy button and screen readers: `command`, `configuration`. */
  what: string
  wrap?: boolean
}

export const CodeBlock = ({ code, what, wrap = false }: CodeBlockProps) => (
  <div className="group relative rounded-md border border-border bg-canvas">
    <pre
      tabIndex={0}
      aria-label={what}
      className={cx(
        'max-h-96 overflow-auto p-3 pr-10 font-mono text-sm leading-5',
        wrap && 'break-all whitespace-pre-wrap',
      )}
    >
      {code}
    </pre>
    <div className="absolute top-1.5 right-1.5 rounded-md bg-canvas">
      <Copy value={code} what={what} />
    </div>
  </div>
)
