/** How many values there are, and some of their percentiles; NaN when there are none. */
export interface Spread { count: number, p50: number, p95: number, p99: number, max: number }

export function spread (values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

export const spreads = (values: Record<string, number[]>): Record<string, Spread> =>
  Object.fromEntries(Object.entries(values).map(([name, some]) => [name, spread(some)]))
