/** A part of a line. */
export type Inline =
  | { kind: 'text' | 'code'; text: string }
  | { kind: 'strong' | 'em'; inside: Inline[] }
  | { kind: 'link'; href: string; inside: Inline[] }

export type Block =
  | { kind: 'heading'; level: number; inside: Inline[] }
  | { kind: 'paragraph'; inside: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; text: string }
  | { kind: 'rule' }

/**
 * The part of Markdown that a note needs: headings, paragraphs, lists, code, bold, italics and links. HTML stays the
 * text that it is, and links lead only to http(s) and to paths of this console.
 */
export function parseMarkdown(text: string): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length;) {
    const { block, next } = blockAt(lines, at)
    if (block) blocks.push(block)
    at = next
  }
  return blocks
}

const bullet = /^\s{0,3}[-*+]\s+(.*)$/
const numbered = /^\s{0,3}\d{1,9}[.)]\s+(.*)$/
const heading = /^(#{1,6})\s+(.*?)\s*#*\s*$/
const rule = /^\s{0,3}(?:-{3,}|\*{3,}|_{3,})\s*$/
const fence = /^\s{0,3}```/

const beginsBlock = (line: string): boolean =>
  [bullet, numbered, heading, rule, fence].some((start) => start.test(line))

function blockAt(lines: readonly string[], at: number): { block?: Block; next: number } {
  const line = lines[at]!
  if (line.trim() === '') return { next: at + 1 }
  if (fence.test(line)) return codeAt(lines, at)
  const head = heading.exec(line)
  if (head) return { block: { kind: 'heading', level: head[1]!.length, inside: parseInline(head[2]!) }, next: at + 1 }
  if (rule.test(line)) return { block: { kind: 'rule' }, next: at + 1 }
  const item = bullet.test(line) ? bullet : numbered.test(line) ? numbered : undefined
  if (item) return listAt(lines, at, item)
  const end = endOf(lines, at + 1, (other) => other.trim() !== '' && !beginsBlock(other))
  return { block: { kind: 'paragraph', inside: parseInline(lines.slice(at, end).join(' ')) }, next: end }
}

function codeAt(lines: readonly string[], at: number): { block: Block; next: number } {
  const end = endOf(lines, at + 1, (line) => !fence.test(line))
  return { block: { kind: 'code', text: lines.slice(at + 1, end).join('\n') }, next: end + 1 }
}

function listAt(lines: readonly string[], at: number, item: RegExp): { block: Block; next: number } {
  const end = endOf(lines, at, (line) => item.test(line))
  const items = lines.slice(at, end).map((line) => parseInline(item.exec(line)![1]!))
  return { block: { kind: 'list', ordered: item === numbered, items }, next: end }
}

function endOf(lines: readonly string[], from: number, goesOn: (line: string) => boolean): number {
  let end = from
  while (end < lines.length && goesOn(lines[end]!)) end += 1
  return end
}

/** What is marked is 500 characters at most, so that marks which never close cost little. */
const marks =
  /`([^`]{1,500})`|\*\*(.{1,500}?)\*\*|\*([^\s*][^*]{0,500})\*|(?<!\w)_([^\s_][^_]{0,500})_(?!\w)|\[([^[\]]{0,500})\]\(([^\s()]{1,500})\)/g

function parseInline(text: string): Inline[] {
  const parts: Inline[] = []
  let end = 0
  for (const match of text.matchAll(marks)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) })
    parts.push(inlineOf(match))
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) })
  return parts
}

function inlineOf([all, code, strong, star, underscore, label, href]: RegExpExecArray): Inline {
  if (code !== undefined) return { kind: 'code', text: code }
  if (strong !== undefined) return { kind: 'strong', inside: parseInline(strong) }
  const em = star ?? underscore
  if (em !== undefined) return { kind: 'em', inside: parseInline(em) }
  return isSafe(href!) ? { kind: 'link', href: href!, inside: parseInline(label!) } : { kind: 'text', text: all }
}

/** `javascript:`, `data:` and addresses that begin with `//` stay text. */
const isSafe = (href: string): boolean => /^https?:\/\/\S+$/i.test(href) || /^\/(?![/\\])/.test(href)
