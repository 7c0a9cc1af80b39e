import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { tryLock } from 'fs-native-extensions'
import { EarshotError } from '../errors.ts'

/**
 * Makes this process the only one that uses a folder, until it releases it or ends in whatever way: the lock belongs to
 * an open file (fcntl F_OFD_SETLK, LockFileEx on Windows), so the kernel drops it with the process and nothing stale is left behind.
 * @throws EarshotError `conflict` when another process, or this one, holds the folder
 */
export const lockFolder = async (folder: string): Promise<{ release: () => Promise<void> }> => {
  const file = await open(join(folder, 'earshot.lock'), 'a+')
  if (!tryLock(file.fd)) {
    const owner = await file.readFile('utf8').catch(() => '')
    await file.close()
    const process = /^\d+$/.test(owner) ? `process ${owner}` : 'another process'
    throw new EarshotError('conflict', `The data folder ${folder} is in use by ${process}. Stop it, choose another DATA_DIR, or set MONGODB_URL to share one database.`)
  }
  await file.truncate(0)
  await file.write(String(process.pid))
  return { release: () => file.close() }
}
