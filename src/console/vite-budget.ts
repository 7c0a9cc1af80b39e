import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Fails the build when the script that some view needs, opened first, is larger than this, compressed as gzip does it. */
export const budget = (mostBytes: number): Plugin => ({
  name: 'budget',
  apply: 'build',
  generateBundle (_options, bundle) {
    /** A script with all that it cannot run without. */
    const withImports = (fileName: string, needed = new Set<string>()): Set<string> => {
      const file = bundle[fileName]
      if (file?.type !== 'chunk' || needed.has(fileName)) return needed
      needed.add(fileName)
      for (const imported of file.imports) withImports(imported, needed)
      return needed
    }
    const bytesOf = (fileNames: Set<string>): number => [...fileNames].reduce((sum, fileName) => {
      const file = bundle[fileName]
      return sum + (file?.type === 'chunk' ? gzipSync(file.code).length : 0)
    }, 0)
    for (const entry of Object.values(bundle)) {
      if (entry.type !== 'chunk' || !entry.isEntry) continue
      const views = entry.dynamicImports.map((view) => ({ view, bytes: bytesOf(withImports(view, withImports(entry.fileName))) }))
      const largest = views.sort((one, other) => other.bytes - one.bytes)[0]
      if (largest === undefined) continue
      const told = `A first view needs at most ${Math.round(largest.bytes / 1000)} kB of compressed script (${largest.view}); ${mostBytes / 1000} kB are allowed.`
      if (largest.bytes > mostBytes) this.error(told)
      this.info(told)
    }
  }
})
