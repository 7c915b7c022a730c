// The conformance package is written for Node 22, where `fs` has `globSync`; it is used only by a command that we do not
// run. On Node 20 this gives it the name.
import { register } from 'node:module'

const shim = `
export * from 'node:fs?shim'
export { default } from 'node:fs?shim'
export const globSync = () => []
`
const hooks = `
export async function resolve(specifier, context, next) {
  if (specifier === 'node:fs?shim') return { url: 'node:fs', shortCircuit: true }
  if (specifier === 'fs' && context.parentURL?.includes('/conformance/')) return { url: 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(shim)}), shortCircuit: true }
  return next(specifier, context)
}
`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
