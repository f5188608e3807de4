import type { connectClient } from "./connect_client.ts";

/** Has what connects clients. */
export type Connecting = () => typeof connectClient | Promise<typeof connectClient>;

let connecting: Connecting | undefined;

/** Says where this program has what connects its clients from. */
export function setConnecting(offered: Connecting): void {
  connecting = offered;
}

/** What connects the clients of this program. */
export async function loadConnecting(): Promise<typeof connectClient> {
  if (connecting === undefined) {
    throw new TypeError("import TrellisClient from a module of Trellis");
  }
  return await connecting();
}
