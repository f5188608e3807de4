import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import { serversFor } from "../host/environment.ts";
import { Backoff } from "../nats/backoff.ts";
import { PortalClient } from "./portal_client.ts";

/**
 * The servers to connect to: as given, as the host says, or those that a portal names, where its address is
 * given, as `https://trellis.example.org`. Errors: `trellis.login.unavailable`, `trellis.login.refused`.
 *
 * @param waitMs milliseconds to wait for a portal that does not answer yet
 */
export async function findServers(
  given: string | readonly string[] | undefined,
  waitMs = 0,
): Promise<Result<readonly string[], TransportError>> {
  const servers = serversFor(given);
  const address = servers.find((server) => /^https?:\/\//i.test(server));
  if (address === undefined) return ok(servers);
  const portal = PortalClient.at(address).take();
  if (isErr(portal)) return portal;
  const backoff = new Backoff(performance.now() + waitMs);
  for (;;) {
    const found = await portal.servers();
    const unanswered = found.isErr() && found.error.code === "trellis.login.unavailable";
    if (!unanswered || !await backoff.pause()) return found;
  }
}
