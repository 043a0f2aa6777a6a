import { useMatches } from '@tanstack/react-router'
import { useEffect, type ReactNode } from 'react'
import { Brand } from '../shell/Brand.tsx'

interface AuthFrameProps {
  title: string
  lead?: ReactNode
  children: ReactNode
  /** Below the card: a way elsewhere. */
  footer?: ReactNode
}

/** The pages one sees before being somebody. */
export function AuthFrame({ title, lead, children, footer }: AuthFrameProps) {
  const windowTitle = useMatches({ select: (matches) => matches.at(-1)?.staticData.title })
  useEffect(() => {
    document.title = `${windowTitle} · Miktos`
  }, [windowTitle])
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[14dvh] pb-8">
      <div className="w-full max-w-[360px]">
        <div className="mb-6 flex justify-center">
          <Brand />
        </div>
        <div className="rounded-lg border border-border bg-surface p-5">
          <h1 className="text-xl font-semibold">{title}</h1>
          {lead && <p className="mt-1 text-muted">{lead}</p>}
          <div className="mt-4">{children}</div>
        </div>
        {footer && <p className="mt-4 text-center text-muted">{footer}</p>}
      </div>
    </main>
  )
}
