import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from './Button.tsx'
import { Copy } from './Copy.tsx'

interface SecretOnceProps {
  label: string
  value: string
  /** Instead of "Shown only now…". */
  note?: string
}

/** A key or code that the server does not keep. */
export function SecretOnce({
  label,
  value,
  note = 'Shown only now. Store it where only the right people can read it.',
}: SecretOnceProps) {
  const [visible, setVisible] = useState(true)
  return (
    <div className="rounded-lg border border-warn/50 bg-surface p-3">
      <p className="mb-2 text-sm font-medium text-muted">{label}</p>
      <div className="flex items-center gap-1">
        <code className="min-w-0 flex-1 rounded-md border border-border bg-canvas px-2 py-1.5 font-mono text-sm leading-5 break-all select-all">
          {visible ? value : '•'.repeat(Math.min(value.length, 40))}
        </code>
        <IconButton
          icon={visible ? EyeOff : Eye}
          label={visible ? 'Hide' : 'Show'}
          onClick={() => setVisible(!visible)}
        />
      </div>
      <div className="mt-2 flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-warn">{note}</p>
        <Copy value={value} what={label.toLowerCase()} withText />
      </div>
    </div>
  )
}
