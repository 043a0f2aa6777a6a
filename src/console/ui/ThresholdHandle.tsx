import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { keyedTo, onStep, stepOn, type AxisEnds } from './sliderSteps.ts'
import { formatUnit, type Unit } from './unit.ts'

/** Where a plot has its values, in px of the element around it. */
export interface ValueAxis extends AxisEnds {
  leftPx: number
  topPx: number
  heightPx: number
}

interface ThresholdHandleProps {
  /** Of what it is the threshold. */
  label: string
  value: number
  unit: Unit
  axis: ValueAxis
  onMove: (value: number) => void
  /** While it is held the axis has to stay, or the value would run away from the pointer. */
  onHold: (isHeld: boolean) => void
}

/** Lies on the line of a threshold and moves it: dragged with mouse or finger, or with the arrow keys. */
export function ThresholdHandle({ label, value, unit, axis, onMove, onHold }: ThresholdHandleProps) {
  const held = useRef<{ pointerY: number; value: number }>(undefined)
  const { min, max, leftPx, topPx, heightPx } = axis
  const share = Math.min(1, Math.max(0, (max - value) / (max - min)))

  const hold = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    held.current = { pointerY: event.clientY, value: Math.min(max, Math.max(min, value)) }
    onHold(true)
  }
  const move = ({ clientY }: PointerEvent): void => {
    if (!held.current || clientY === held.current.pointerY) return
    const wanted = held.current.value - ((clientY - held.current.pointerY) / heightPx) * (max - min)
    onMove(onStep(Math.min(max, Math.max(min, wanted)), stepOn(axis)))
  }
  const letGo = (): void => {
    if (!held.current) return
    held.current = undefined
    onHold(false)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = keyedTo(event.key, event.shiftKey, value, axis)
    if (next === undefined) return
    event.preventDefault()
    onMove(next)
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuemin={Math.min(min, value)}
      aria-valuemax={Math.max(max, value)}
      aria-valuenow={value}
      aria-valuetext={formatUnit(value, unit)}
      onPointerDown={hold}
      onPointerMove={move}
      onPointerUp={letGo}
      onLostPointerCapture={letGo}
      onKeyDown={press}
      // Selects and scrolls nothing while it is dragged.
      className="group absolute right-0 z-10 -mt-1.5 h-3 cursor-ns-resize touch-none rounded-sm select-none"
      style={{ left: leftPx, top: topPx + share * heightPx }}
    >
      <span className="absolute -top-1.5 left-0 flex h-6 w-8 flex-col items-center justify-center gap-[3px] rounded-md border border-strong bg-raised shadow-float group-hover:bg-hover before:absolute max-md:before:-inset-2.5">
        <span className="h-px w-3 bg-muted" />
        <span className="h-px w-3 bg-muted" />
      </span>
    </div>
  )
}
