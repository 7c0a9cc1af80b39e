import type { ListQuery, Page } from './page.ts'
import type { StoreFilled, StoredRecord } from './record.ts'

/** Documents that belong to a user. Every method is blind to other users' documents and to removed ones. */
export interface OwnedStore<R extends StoredRecord, New> {
  /** @throws EarshotError `duplicate` when a unique field is taken */
  create (userId: string, fields: New): Promise<R>
  find (userId: string, id: string): Promise<R | undefined>
  list (userId: string, query?: ListQuery): Promise<Page<R>>
  /** Changes the given fields; undefined when there is no such document. */
  update (userId: string, id: string, fields: Partial<Omit<R, StoreFilled>>): Promise<R | undefined>
  /** Removes softly; false when there is no such document. */
  remove (userId: string, id: string): Promise<boolean>
}
