import { columns, inOrder } from './layout.ts'
import { PanelBody } from './PanelBody.tsx'
import { exploreLink } from './explore.ts'
import { gapPx, PanelFrame, rowPx, type PanelEditing } from './PanelFrame.tsx'
import type { Panel } from './queries.ts'
import type { LiveBoard } from './useBoard.ts'

interface BoardGridProps {
  live: LiveBoard
  /** While the board is edited: what can be done to each panel. */
  editingOf?: (panel: Panel) => PanelEditing
}

const syncKey = 'board'

/** The panels at their places; below each other where there is no room beside. */
export function BoardGrid({ live, editingOf }: BoardGridProps) {
  const { board, search, setSearch } = live
  const ordered = inOrder(board.panels)
  const full = board.panels.find(({ id }) => id === search.view)
  // A panel that moves keeps its place in the document while it is edited, or it would lose the focus.
  const shown = full ? [full] : editingOf ? board.panels : ordered
  return (
    <div
      className="max-md:flex max-md:flex-col md:grid"
      style={{
        gap: gapPx,
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        gridAutoRows: full ? undefined : rowPx,
      }}
    >
      {shown.map((panel) => (
        <PanelFrame
          key={panel.id}
          panel={panel}
          order={ordered.indexOf(panel)}
          editing={editingOf?.(panel)}
          isFull={full !== undefined}
          onFull={() => setSearch({ view: full ? '' : panel.id })}
          explore={live.variables.scope && exploreLink(panel, live.span, live.variables.scope)}
          watch={live.visible.watch}
        >
          {(height) => (
            <PanelBody
              panel={panel}
              data={live.dataOf(panel.id)}
              span={live.span}
              scope={live.variables.scope}
              height={height}
              annotations={live.annotations}
              syncKey={syncKey}
              onZoom={live.zoom}
              tick={live.tick}
              isVisible={live.visible.ids.has(panel.id)}
            />
          )}
        </PanelFrame>
      ))}
    </div>
  )
}
