/** Consoles that are open: a page of each, and its stream, read as a browser does. */
export async function openPages(
  origin: string,
  headers: Readonly<Record<string, string>>,
  count: number,
): Promise<AsyncDisposable> {
  const closed = new AbortController();
  const reading: Promise<void>[] = [];
  const html = await (await fetch(`${origin}${WATCHED}`, { headers })).text();
  const live = [...html.matchAll(/data-live="([^"]+)"/g)].map(([, path = ""]) => path);
  if (live.length === 0) throw new Error(`nothing is live on ${WATCHED}`);
  for (let at = 0; at < count; at++) {
    for (const path of live) {
      const address = origin + path.replaceAll("&amp;", "&");
      const stream = await fetch(address, { headers, signal: closed.signal });
      reading.push(readAll(stream));
    }
  }
  return {
    async [Symbol.asyncDispose]() {
      closed.abort();
      await Promise.all(reading);
    },
  };
}

/** The page that is open. */
const WATCHED = "/live";

async function readAll({ body }: Response): Promise<void> {
  try {
    for await (const _ of body ?? []);
  } catch {
    // It was closed.
  }
}
