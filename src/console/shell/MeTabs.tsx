import { useCan } from '../me.ts'
import { Tabs } from '../ui/Tabs.tsx'
import { ownPages } from './nav.ts'

/** Between the pages about oneself. */
export const MeTabs = () => (
  <Tabs label="My pages" tabs={ownPages(useCan()).map(({ path, title }) => ({ to: path, label: title }))} />
)
