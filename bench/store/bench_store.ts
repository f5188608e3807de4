import type { TypedStore } from "../../mod.ts";
import { startPlainServer } from "../project/plain_server.ts";
import { openRawStore, type RawStore } from "../nats/raw_store.ts";
import { openBenchStore, STORE } from "./open_store.ts";

/** A store on a server of its own, through Trellis and through the client library. */
export interface BenchStore extends AsyncDisposable {
  /** Address of the server. */
  readonly servers: string;
  /** Through Trellis. */
  readonly trellis: TypedStore;
  /** The same server through the client library. */
  readonly raw: RawStore;
}

/** Starts a server and makes the store. */
export async function startBenchStore(): Promise<BenchStore> {
  await using cleanup = new AsyncDisposableStack();
  const { url: servers } = cleanup.use(await startPlainServer());
  const raw = cleanup.use(await openRawStore(servers));
  await raw.makeStore(STORE);
  const opened = await openBenchStore(servers);
  const { store } = cleanup.use(opened);
  const owned = cleanup.move();
  return { servers, trellis: store, raw, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
