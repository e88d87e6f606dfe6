/** With a mouse the field takes the focus by itself; on a phone that would raise the keyboard. */
export function useFinePointer(): boolean {
  return matchMedia('(hover: hover) and (pointer: fine)').matches
}
