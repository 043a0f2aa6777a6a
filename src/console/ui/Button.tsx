import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, MouseEvent } from 'react'
import { Link, type LinkProps } from '@tanstack/react-router'
import { cx } from './cx.ts'
import { Spinner } from './Spinner.tsx'
import { Tooltip } from './Tooltip.tsx'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger'

interface Look {
  /** One `primary` on a page; `danger` only where something is destroyed. */
  variant?: ButtonVariant
  size?: 'md' | 'sm'
  icon?: LucideIcon
}

interface ButtonProps extends Look, ComponentProps<'button'> {
  /** Something this button started is still going on. */
  busy?: boolean
  /** Why it cannot be pressed now. The button stays in the tab order, so that everybody can read the reason. */
  disabledReason?: string | undefined
}

export function Button({
  variant,
  size,
  icon: Icon,
  busy = false,
  disabledReason,
  onClick,
  className,
  children,
  ...rest
}: ButtonProps) {
  const inert = busy || disabledReason !== undefined
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={inert || undefined}
      aria-busy={busy || undefined}
      onClick={inert ? (event: MouseEvent) => event.preventDefault() : onClick}
      className={cx(lookOf({ variant, size }), className)}
    >
      {busy ? <Spinner /> : Icon && <Icon size={14} aria-hidden="true" className="shrink-0" />}
      {children}
    </button>
  )
  return disabledReason === undefined ? button : <Tooltip text={disabledReason}>{button}</Tooltip>
}

/** A link that looks like a button: it goes somewhere and can be opened in a new tab. */
export const ButtonLink = ({
  variant,
  size,
  icon: Icon,
  className,
  children,
  ...link
}: Look & LinkProps & { className?: string }) => (
  <Link {...link} className={cx(lookOf({ variant, size }), className)}>
    <>
      {Icon && <Icon size={14} aria-hidden="true" className="shrink-0" />}
      {children}
    </>
  </Link>
)

interface IconButtonProps extends Omit<ButtonProps, 'icon' | 'children'> {
  icon: LucideIcon
  label: string
  side?: 'top' | 'right' | 'bottom' | 'left'
}

export const IconButton = ({
  icon: Icon,
  label,
  side,
  variant = 'ghost',
  size = 'md',
  disabledReason,
  busy,
  onClick,
  className,
  ...rest
}: IconButtonProps) => (
  <Tooltip text={disabledReason ? `${label}: ${disabledReason}` : label} {...(side && { side })}>
    <button
      type="button"
      aria-label={label}
      {...rest}
      aria-disabled={disabledReason !== undefined || undefined}
      onClick={disabledReason === undefined && !busy ? onClick : (event) => event.preventDefault()}
      className={cx(lookOf({ variant, size }), 'shrink-0 !px-0', size === 'md' ? 'w-7 max-md:w-9' : 'w-6', className)}
    >
      {busy ? <Spinner /> : <Icon size={size === 'md' ? 16 : 14} aria-hidden="true" />}
    </button>
  </Tooltip>
)

const looks: Record<ButtonVariant, string> = {
  primary: 'border-transparent bg-accent text-on-solid hover:brightness-110 active:brightness-95',
  secondary: 'border-border bg-raised text-text hover:bg-hover hover:border-strong',
  ghost: 'border-transparent text-muted hover:bg-hover hover:text-text',
  danger: 'border-transparent bg-danger text-on-solid hover:brightness-110 active:brightness-95',
}

const lookOf = ({
  variant = 'secondary',
  size = 'md',
}: {
  variant?: ButtonVariant | undefined
  size?: 'md' | 'sm' | undefined
}): string =>
  cx(
    'inline-flex items-center justify-center gap-1.5 rounded-md border text-sm font-medium whitespace-nowrap select-none transition-[background-color,border-color,filter] duration-100',
    'aria-disabled:opacity-55 aria-disabled:hover:brightness-100',
    size === 'md' ? 'h-7 px-2.5 max-md:h-9 max-md:px-3' : 'h-6 px-2',
    looks[variant],
  )
