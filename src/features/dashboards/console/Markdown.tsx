import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { parseMarkdown, type Block, type Inline } from './markdown.ts'

/** A note as React elements: nothing of it is ever read as HTML. */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text])
  return (
    <div className="flex min-w-0 flex-col gap-2 break-words">
      {blocks.map((block, index) => (
        // The blocks of a text have no identity but their place.
        // oxlint-disable-next-line react/no-array-index-key
        <BlockView key={index} block={block} />
      ))}
    </div>
  )
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      // On one level with the titles of panels, which stand below that of the page.
      return block.level <= 2 ? (
        <h2 className="text-lg font-semibold">
          <Inlines parts={block.inside} />
        </h2>
      ) : (
        <h3 className="font-semibold">
          <Inlines parts={block.inside} />
        </h3>
      )
    case 'paragraph':
      return (
        <p className="text-pretty">
          <Inlines parts={block.inside} />
        </p>
      )
    case 'list':
      return block.ordered ? (
        <ol className="list-decimal pl-5">
          <Items items={block.items} />
        </ol>
      ) : (
        <ul className="list-disc pl-5">
          <Items items={block.items} />
        </ul>
      )
    case 'code':
      return <pre className="overflow-x-auto rounded-md bg-canvas p-2 font-mono text-sm">{block.text}</pre>
    case 'rule':
      return <hr className="border-border" />
    default:
      return block satisfies never
  }
}

const Items = ({ items }: { items: Inline[][] }) =>
  items.map((item, index) => (
    // oxlint-disable-next-line react/no-array-index-key
    <li key={index}>
      <Inlines parts={item} />
    </li>
  ))

const Inlines = ({ parts }: { parts: Inline[] }) =>
  parts.map((part, index) => (
    // oxlint-disable-next-line react/no-array-index-key
    <InlineView key={index} part={part} />
  ))

function InlineView({ part }: { part: Inline }) {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return <code className="rounded-sm bg-hover px-1 font-mono text-sm">{part.text}</code>
    case 'strong':
      return (
        <strong className="font-semibold">
          <Inlines parts={part.inside} />
        </strong>
      )
    case 'em':
      return (
        <em>
          <Inlines parts={part.inside} />
        </em>
      )
    case 'link':
      return part.href.startsWith('/') ? (
        <Link to={part.href} className="text-link underline">
          <Inlines parts={part.inside} />
        </Link>
      ) : (
        <a href={part.href} target="_blank" rel="noopener noreferrer" className="text-link underline">
          <Inlines parts={part.inside} />
        </a>
      )
    default:
      return part satisfies never
  }
}
