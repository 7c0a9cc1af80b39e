import { Type, type Static } from 'typebox'
import { recordSchema } from './record.ts'

/** A user's document belongs to the user: `userId` is its own `_id`. */
export const UserSchema = recordSchema({
  email: Type.String({ format: 'email', maxLength: 254, description: 'In lower case' }),
  passwordHash: Type.String({ description: 'scrypt, with its parameters and salt; never returned' }),
  isDeleted: Type.Boolean()
})
export type UserRecord = Static<typeof UserSchema>

export interface UserStore {
  /** @throws EarshotError `duplicate` when the address is taken */
  create (user: Pick<UserRecord, 'email' | 'passwordHash'>): Promise<UserRecord>
  find (userId: string): Promise<UserRecord | undefined>
  findByEmail (email: string): Promise<UserRecord | undefined>
  setPasswordHash (userId: string, passwordHash: string): Promise<void>
  /** Live users. */
  count (): Promise<number>
}
