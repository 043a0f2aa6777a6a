import { isMac } from '../keyboard.ts'

const symbols: Record<string, string> = {
  $mod: isMac ? '⌘' : 'Ctrl',
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
}

/** `<Kbd keys="g u" />`, `<Kbd keys="$mod+k" />` */
export const Kbd = ({ keys }: { keys: string }) => (
  <span className="inline-flex gap-1">
    {keys.split(' ').map((stroke) => (
      <kbd
        key={stroke}
        className="rounded-sm border border-border bg-surface px-1 font-mono text-xs leading-4 font-medium text-muted"
      >
        {stroke
          .split('+')
          .map((key) => symbols[key] ?? (key.length === 1 && stroke.includes('+') ? key.toUpperCase() : key))
          .join(isMac ? '' : '+')}
      </kbd>
    ))}
  </span>
)
