import { Tooltip as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'

interface TooltipProps {
  text: ReactNode
  side?: 'top' | 'right' | 'bottom' | 'left'
  /** One element that takes a ref. */
  children: ReactElement
}

export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Radix.Provider delayDuration={350} skipDelayDuration={200}>
    {children}
  </Radix.Provider>
)

export const Tooltip = ({ text, side = 'top', children }: TooltipProps) => (
  <Radix.Root>
    <Radix.Trigger asChild>{children}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content
        side={side}
        sideOffset={6}
        collisionPadding={8}
        onEscapeKeyDown={passOn}
        className="z-50 max-w-72 animate-fade rounded-md border border-border bg-raised px-2 py-1 text-sm text-text shadow-float"
      >
        {text}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)

/** Nobody has to leave a tooltip first: Escape closes it and goes on to what it stands above. */
function passOn({ target }: KeyboardEvent): void {
  const again = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true })
  // When it is gone.
  setTimeout(() => target?.dispatchEvent(again))
}
