import { Worker } from 'node:worker_threads'

/**
 * Starts the module that stands at `module`, named without its ending, as a thread: the compiled file where
 * this one is compiled, the source where it runs from source. Node 20 does not hand `--import tsx` on to its
 * threads, so a source thread registers the loader itself.
 */
export function startWorker(module: URL, workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`${module.href}.js`), { workerData })
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const source = JSON.stringify(`${module.href}.ts`)
  const boot = `import(${loader}).then(({ register }) => { register(); return import(${source}) })`
  return new Worker(boot, { eval: true, execArgv: [], workerData })
}
