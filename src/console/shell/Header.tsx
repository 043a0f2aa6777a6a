import { Link, useMatches } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { Fragment } from 'react'
import { useLiveState } from '../live.ts'
import { useShownName } from '../pageName.ts'
import { pb } from '../paths.ts'
import { IconButton } from '../ui/Button.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { Status } from '../ui/Status.tsx'
import { Brand } from './Brand.tsx'
import { trail } from './nav.ts'
import { openPalette } from './paletteState.ts'
import { UserMenu } from './UserMenu.tsx'

export const Header = () => (
  <header className="col-span-full flex items-center gap-2 border-b border-border bg-surface px-3">
    <Link to={pb.overview()} className="shrink-0 rounded-sm xl:w-[184px]">
      <span className="max-md:hidden xl:hidden">
        <Brand withName={false} />
      </span>
      <span className="md:max-xl:hidden">
        <Brand />
      </span>
    </Link>
    <Breadcrumb />
    <span className="flex-1" />
    <button
      type="button"
      aria-keyshortcuts="Meta+K Control+K"
      onClick={openPalette}
      className="flex h-7 w-60 items-center gap-2 rounded-md border border-border bg-raised px-2 text-sm text-muted hover:border-strong hover:text-text max-lg:hidden"
    >
      <Search size={13} aria-hidden="true" />
      <span className="flex-1 text-left">Search or jump to…</span>
      <Kbd keys="$mod+k" />
    </button>
    <IconButton icon={Search} label="Search or jump to" side="bottom" onClick={openPalette} className="lg:hidden" />
    <LiveMark />
    <UserMenu />
  </header>
)

function Breadcrumb() {
  const match = useMatches().at(-1)
  const page = match?.staticData.page
  const name = useShownName()
  const crumbs = page ? trail(page) : []
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 max-md:hidden">
      <ol className="flex items-center gap-1.5 text-muted">
        {crumbs.map(({ path, title }, index) => (
          <Fragment key={path}>
            {index > 0 && (
              <li aria-hidden="true" className="text-faint">
                /
              </li>
            )}
            <li className="max-w-80 truncate">
              {index < crumbs.length - 1 ? (
                <Link to={path} activeOptions={{ exact: true }} className="hover:text-text">
                  {title}
                </Link>
              ) : (
                <span aria-current="page">{name ?? title}</span>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  )
}

function LiveMark() {
  const { phase } = useLiveState()
  return (
    <span role="status" className="px-1">
      {phase === 'live' && <Status level="ok">Live</Status>}
      {phase === 'connecting' && (
        <Status level="unknown" busy>
          Connecting
        </Status>
      )}
      {phase === 'stopped' && <Status level="warn">Offline</Status>}
    </span>
  )
}
