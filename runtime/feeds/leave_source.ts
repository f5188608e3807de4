/** Has a source do its clean-up, whatever it is made of. Waits for nothing: whoever fails now fails for nobody. */
export async function leaveSource(items: AsyncIterator<unknown, unknown>): Promise<void> {
  try {
    await items.return?.();
  } catch {
    // There is nobody left who could be told.
  }
}
