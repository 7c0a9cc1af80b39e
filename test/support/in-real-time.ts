/**
 * Real time needs a machine that keeps it: one that stops a process in the middle of a sentence makes two of it. What came out wrong is tried again,
 * four times; what is wrong stays wrong.
 * @returns what the last attempt came to
 */
export async function inRealTime<Result> (attempt: () => Promise<Result>, isRight: (result: Result) => boolean): Promise<Result> {
  for (let tries = 1; ; tries++) {
    const result = await attempt()
    if (isRight(result) || tries === 5) return result
  }
}
