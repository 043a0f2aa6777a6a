import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  converter,
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  parse,
  wcagContrast,
  type Color,
} from 'culori'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const themes = { dark: tokensOf("[data-theme='dark'] {"), light: tokensOf("[data-theme='light'] {") }

const backgrounds = ['canvas', 'surface', 'raised', 'hover', 'selected']
const statuses = ['ok', 'info', 'warn', 'error', 'critical', 'unknown']
const series = Array.from({ length: 8 }, (_, index) => `series-${index + 1}`)

const distance = differenceCiede2000()
const toRgb = converter('rgb')
const visions: Record<string, (colour: Color) => Color> = {
  normal: (colour) => colour,
  deuteranopic: filterDeficiencyDeuter(1),
  protanopic: filterDeficiencyProt(1),
  tritanopic: filterDeficiencyTrit(1),
}

for (const [theme, tokens] of Object.entries(themes)) {
  const colour = (name: string): string => tokens.get(name) ?? assert.fail(`--${name} is missing`)
  const contrasts = (name: string, against: string[]): [string, number][] =>
    against.map((other) => [other, wcagContrast(colour(name), colour(other))])
  const atLeast = (name: string, against: string[], ratio: number): void => {
    for (const [other, contrast] of contrasts(name, against)) {
      assert.ok(contrast >= ratio, `--${name} on --${other} has ${contrast.toFixed(2)}, wants ${ratio}`)
    }
  }
  const nearest = (names: string[]): { deltaE: number; pair: string } =>
    Object.entries(visions)
      .flatMap(([vision, see]) =>
        names.flatMap((a, index) =>
          names.slice(index + 1).map((b) => {
            const [left, right] = [a, b].map((name) => see(toRgb(parse(colour(name)))!)) as [Color, Color]
            return { deltaE: distance(left, right), pair: `--${a} and --${b} in ${vision} vision` }
          }),
        ),
      )
      .reduce((least, next) => (next.deltaE < least.deltaE ? next : least))
  const apart = (names: string[], deltaE: number): void => {
    const least = nearest(names)
    assert.ok(least.deltaE >= deltaE, `${least.pair} are ${least.deltaE.toFixed(1)} apart, want ${deltaE}`)
  }

  describe(`the ${theme} theme`, () => {
    it('has text that can be read on every background', () => {
      for (const name of ['text', 'muted', 'faint', 'link']) atLeast(name, backgrounds, 4.5)
    })
    it('has edges of controls and a focus ring that can be seen', () => {
      for (const name of ['border-strong', 'focus']) atLeast(name, backgrounds, 3)
    })
    it('has words on solid buttons that can be read', () => {
      for (const name of ['accent', 'danger']) atLeast('on-solid', [name], 4.5)
    })
    it('has status colours whose words can be read', () => {
      for (const name of statuses) atLeast(name, backgrounds, 4.5)
    })
    it('has status colours that differ for every kind of colour vision', () => apart(statuses, 10))
    it('has lines of charts that can be seen', () => {
      for (const name of series) atLeast(name, ['surface'], 3.2)
    })
    it('has lines of charts that differ for every kind of colour vision', () => apart(series, 9))
  })
}

function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(selector)
  const block = css.slice(start, css.indexOf('}', start))
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]))
}
