/** How a list is asked for. The cursor is what the page before gave as `nextCursor`. */
export interface ListQuery {
  /** Equality or MongoDB operators on the collection's fields, built by the code and never taken from a request as it came. */
  filter?: Record<string, unknown>
  /** A field of the record; newest first by `created_at` when left out. */
  sort?: { field: string, direction: 1 | -1 }
  /** At most 100 (also the most that is given); 50 when left out. */
  limit?: number
  cursor?: string
}

export interface Page<R> {
  items: R[]
  /** There when there is more. */
  nextCursor?: string
}
