import { useItems } from '../../api/resource.ts'
import { doNotTexts } from '../../api/settings.ts'

/** Tells whether one of the user's numbers may not write to another number, because its owner said STOP or the user forbade it. */
export const useOptedOut = () => {
  const { data = [] } = useItems(doNotTexts)
  return (ownNumber: string, otherNumber: string): boolean =>
    data.some(({ phoneNumber, ourNumber }) => phoneNumber === otherNumber && (ourNumber === undefined || ourNumber === ownNumber))
}
