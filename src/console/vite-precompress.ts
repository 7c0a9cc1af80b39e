import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const TEXT = /\.(?:js|css|html|svg)$/

/** Puts a .br and a .gz beside every text that is built, so that the gateway compresses nothing while calls are up. */
export const precompress = (): Plugin => ({
  name: 'precompress',
  apply: 'build',
  async writeBundle ({ dir = '.' }, bundle) {
    await Promise.all(Object.keys(bundle).filter((name) => TEXT.test(name)).map(async (name) => {
      const text = await readFile(join(dir, name))
      await writeFile(join(dir, `${name}.br`), await promisify(brotliCompress)(text))
      await writeFile(join(dir, `${name}.gz`), await promisify(gzip)(text))
    }))
  }
})
