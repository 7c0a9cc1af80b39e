import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Whether processes can be held to a core here: Linux, with more than one, and util-linux's taskset. */
export const canPin: boolean = process.platform === 'linux' && availableParallelism() > 1 && spawnSync('taskset', ['-p', String(process.pid)]).status === 0

/** A command that runs on one core only, where that is possible. */
export const pinned = (cpu: number | undefined, command: string[]): string[] => cpu === undefined ? command : ['taskset', '-c', String(cpu), ...command]
