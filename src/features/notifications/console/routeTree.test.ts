import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  emptyRoute,
  routeAt,
  targetOf,
  withChild,
  withMoved,
  withoutRoute,
  withRoute,
  type RouteNode,
} from './routeTree.ts'

const route = (policy_id: string, ...routes: RouteNode[]): RouteNode => ({ ...emptyRoute(), policy_id, routes })
const names = ({ policy_id, routes = [] }: RouteNode): string =>
  routes.length > 0 ? `${policy_id}(${routes.map(names).join(' ')})` : String(policy_id)

const tree = route('root', route('a', route('a1'), route('a2')), route('b'))

describe('a tree of routes', () => {
  it('finds a route by the way to it', () => {
    assert.equal(routeAt(tree, [])?.policy_id, 'root')
    assert.equal(routeAt(tree, [0, 1])?.policy_id, 'a2')
    assert.equal(routeAt(tree, [1, 0]), undefined)
  })
  it('changes one route and leaves the others', () => {
    assert.equal(names(withRoute(tree, [0, 0], (one) => ({ ...one, policy_id: 'x' }))), 'root(a(x a2) b)')
    assert.equal(names(tree), 'root(a(a1 a2) b)')
  })
  it('gets a further route below one, and loses one with all below it', () => {
    assert.equal(names(withChild(tree, [1], route('b1'))), 'root(a(a1 a2) b(b1))')
    assert.equal(names(withoutRoute(tree, [0])), 'root(b)')
  })
  it('moves a route among its like, and not beyond them', () => {
    assert.equal(names(withMoved(tree, [1], -1)), 'root(b a(a1 a2))')
    assert.equal(names(withMoved(tree, [0, 1], 1)), 'root(a(a1 a2) b)')
  })
})

describe('whom a route tells', () => {
  it('is what it says, or what the route above says', () => {
    assert.equal(targetOf({ channels: undefined, policy_id: undefined }), 'inherit')
    assert.equal(targetOf({ channels: 'all', policy_id: undefined }), 'all')
    assert.equal(targetOf({ channels: ['c'], policy_id: undefined }), 'channels')
    assert.equal(targetOf({ channels: [], policy_id: undefined }), 'nobody')
    assert.equal(targetOf({ channels: undefined, policy_id: 'p' }), 'policy')
  })
})
