import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { ServerError } from "./server_error.ts";
import { type ProbeError, probeServer, type ServerIdentity } from "./probe_server.ts";
import { parseServerUrl, withoutCredentials } from "./server_url.ts";
import { whyUnsuitable } from "./suitability.ts";

/** How long the given addresses may take to answer, in milliseconds; they may be far away. */
const ANSWER_MS = 5000;

/**
 * Examines a server that was given by its URL. Of several addresses, which are all asked at once, the first that
 * answers as a NATS server with which Trellis can work stands for all.
 *
 * Errors: `bad_url`, `unreachable`, `not_nats`, `too_old`, `no_jetstream`.
 */
export async function examineGivenServer(
  url: string,
): Promise<Result<ServerIdentity, ServerError>> {
  const addresses = parseServerUrl(url).take();
  if (isErr(addresses)) return addresses;
  const found = new AbortController();
  const problems: ProbeError[] = [];
  const unsuitable: ServerError[] = [];
  const probes = addresses.map(async ({ host, port }) => {
    const identity = (await probeServer(host, port, ANSWER_MS, found.signal)).take();
    if (isErr(identity)) {
      problems.push(identity.error);
      throw identity.error;
    }
    const why = whyUnsuitable(identity);
    if (why === undefined) return identity;
    const { code, reason, hint } = why;
    const error = new ServerError(code, `what listens on ${host}:${port} ${reason}`, { hint });
    unsuitable.push(error);
    throw error;
  });
  const first = await Promise.any(probes).catch(() => undefined);
  found.abort();
  await Promise.allSettled(probes);
  return first === undefined ? err(unsuitable[0] ?? noAnswer(url, problems)) : ok(first);
}

function noAnswer(url: string, problems: readonly ProbeError[]): ServerError {
  const place = withoutCredentials(url);
  const message = `no NATS server at ${place}: ${problems.map((p) => p.message).join("; ")}`;
  if (problems.some(({ kind }) => kind === "not_nats")) {
    const hint = "Check host and port. A server that greets only after TLS is not supported.";
    return new ServerError("not_nats", message, { hint, url: place });
  }
  const hint =
    "Start that server or correct the URL; leave NATS_URL and --nats out to let Trellis start its own.";
  return new ServerError("unreachable", message, { hint, url: place });
}
