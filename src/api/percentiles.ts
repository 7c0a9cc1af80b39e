/**
 * Percentiles of values that are counted, by nearest rank: the smallest value that at least such a share of all values does not exceed.
 * @param shares from 0 to 1, by name
 * @returns by the same names; 0 where there are no values
 */
export const percentiles = <Name extends string> (counts: ReadonlyArray<{ _id: number, count: number }>, shares: Record<Name, number>): Record<Name, number> => {
  const ascending = [...counts].sort((one, other) => one._id - other._id)
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  const valueAt = (share: number): number => {
    let reached = 0
    for (const { _id, count } of ascending) {
      reached += count
      if (reached >= share * total) return _id
    }
    return 0
  }
  const names = Object.keys(shares) as Name[]
  return Object.fromEntries(names.map((name) => [name, valueAt(shares[name])])) as Record<Name, number>
}
