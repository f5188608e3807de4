/**
 * Something that the tests of a file share, because it takes long to start: made for the first test
 * that asks, disposed of after the last one.
 *
 * ```ts ignore
 * const server = shared(() => TrellisServer.start());
 * Deno.test("…", async () => {
 *   const { url } = await server();
 * });
 * ```
 */
export function shared<T extends AsyncDisposable>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  Deno.test.afterAll(async () => {
    const last = await made?.catch(() => undefined);
    await last?.[Symbol.asyncDispose]();
  });
  return () => made ??= make();
}
