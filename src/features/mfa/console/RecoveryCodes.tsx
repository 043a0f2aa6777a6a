import { Download } from 'lucide-react'
import { Button } from '#console/ui/Button.tsx'
import { Copy } from '#console/ui/Copy.tsx'

/** The codes, which the server cannot show again. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const text = codes.join('\n')
  return (
    <div className="rounded-lg border border-warn/50 bg-surface p-3">
      <p className="mb-3 text-muted">
        Each of these logs you in once when your phone is not at hand. They are shown only now: print them, or keep them
        in your password manager.
      </p>
      <ul
        aria-label="Recovery codes"
        className="mb-3 grid grid-cols-2 gap-x-6 gap-y-1 rounded-md border border-border bg-canvas p-3 font-mono"
      >
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap justify-end gap-2">
        <Copy value={text} what="codes" withText />
        <Button icon={Download} onClick={() => download('miktos-recovery-codes.txt', `${text}\n`)}>
          Save as file
        </Button>
      </div>
    </div>
  )
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
