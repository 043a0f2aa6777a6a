import { Check, Copy as CopyIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button, IconButton } from './Button.tsx'
import { copyText } from './clipboard.ts'

const shownMs = 1_600

interface CopyProps {
  value: string
  /** What is copied, for the button's name: `key`, `request id`. */
  what: string
  /** With a word beside the icon. */
  withText?: boolean
}

export function Copy({ value, what, withText = false }: CopyProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (): void => void copyText(value).then(() => setCopied(true))
  const icon = copied ? Check : CopyIcon
  return (
    <>
      {withText ? (
        <Button icon={icon} onClick={copy}>
          {copied ? 'Copied' : `Copy ${what}`}
        </Button>
      ) : (
        <IconButton icon={icon} size="sm" label={copied ? 'Copied' : `Copy ${what}`} onClick={copy} />
      )}
      <span role="status" className="sr-only">
        {copied && `${what} copied`}
      </span>
    </>
  )
}
