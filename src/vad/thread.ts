import { Worker } from 'node:worker_threads'

/** Starts a module of this program as a worker thread, from the compiled program and from its sources alike. */
export function startThread (file: URL, workerData: object): Worker {
  if (!file.pathname.endsWith('.ts')) return new Worker(file, { workerData })
  // tsx does not reach into worker threads from Node 20.6 on (privatenumber/tsx#354), so the thread registers it first.
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  return new Worker(`import(${tsx}).then(({ register }) => { register(); return import(${JSON.stringify(file.href)}) })`, { eval: true, workerData })
}
