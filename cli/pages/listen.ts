import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { doneWithin } from "../../runtime/nats/done_within.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import { ServerError } from "../nats_server/probe/server_error.ts";
import { OpenSockets } from "./open_sockets.ts";
import { addressBehindProxy } from "./public_address.ts";

/** The address that is listened on unless another is asked for: whoever else wants to come in needs a way here. */
const HOST = "127.0.0.1";
/** Milliseconds that requests in work may take at the end. */
const STOP_MS = 500;

/** What a server of pages takes at once, and how long it waits. */
export interface ListenBounds {
  /** Connections; beyond that the one that waits longest without a request gives way. */
  readonly connections: number;
  /** Requests of one address in work, streams included; more are refused with 503. */
  readonly perAddress: number;
  /** Milliseconds until the headers of a request must be there. */
  readonly headersMs: number;
  /** Milliseconds until all of a request must be there. */
  readonly requestMs: number;
  /** Milliseconds that a connection may wait for its next request. */
  readonly idleMs: number;
}

const BOUNDS: ListenBounds = {
  connections: 500,
  perAddress: 50,
  headersMs: 10_000,
  requestMs: 20_000,
  // Longer than proxies keep a connection, so that none sends on one that is just closed.
  idleMs: 75_000,
};

/** Answers a request; `address` is where it comes from. */
export type Answer = (request: Request, address: string) => Response | Promise<Response>;

/** How pages are served. */
export interface ListenOptions {
  /** Another address than that of this machine only. */
  readonly host?: string | undefined;
  /** 0: a free one. */
  readonly port: number;
  readonly answer: Answer;
  /** Whether a proxy is believed who says whom a request comes from, in `X-Forwarded-For`. */
  readonly behindProxy?: boolean;
  /** The option that names another port, as `--portal-port`. */
  readonly option: string;
  /** Others than those that are meant for people. */
  readonly bounds?: Partial<ListenBounds>;
}

/** A server of pages that listens. Disposing of it ends requests that take too long, streams among them. */
export interface PageServer extends AsyncDisposable {
  /** Where, as `http://127.0.0.1:41234`. */
  readonly url: string;
}

/**
 * Serves web pages on this machine, to so many at once that a flood of connections keeps nobody out.
 * Errors: `port_taken`, `port_unusable`.
 */
export async function listen(
  { host = HOST, port, answer, behindProxy = false, option, bounds }: ListenOptions,
): Promise<Result<PageServer, ServerError>> {
  const { connections, perAddress, headersMs, requestMs, idleMs } = { ...BOUNDS, ...bounds };
  // Deno.serve bounds neither connections nor how long one waits.
  const { createServer } = await import("node:http");
  const sockets = new OpenSockets(connections);
  const inWork = new Map<string, number>();
  let answering: ReturnType<typeof loadListener> | undefined;

  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const address = addressOf(request, behindProxy);
    const others = inWork.get(address) ?? 0;
    if (others >= perAddress) return void response.writeHead(503, { "Retry-After": "1" }).end();
    inWork.set(address, others + 1);
    sockets.begin(socket);
    response.once("close", () => {
      const left = (inWork.get(address) ?? 1) - 1;
      if (left > 0) inWork.set(address, left);
      else inWork.delete(address);
      sockets.end(socket);
    });
    // Loaded with the first request: nobody waits for it at a start.
    const answerWith = await (answering ??= loadListener(answer, behindProxy));
    await answerWith(request, response);
  };

  const server = createServer({
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(headersMs, 1000),
  }, (request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  server.on("connection", (socket) => sockets.add(socket));

  const listening = Promise.withResolvers<string | undefined>();
  server.once(
    "error",
    (cause: Error & { code?: string }) =>
      cause.code === undefined ? listening.reject(cause) : listening.resolve(cause.code),
  );
  server.listen(port, host, () => listening.resolve(undefined));
  const failure = await listening.promise;
  if (failure !== undefined) return err(notListening(failure, { host, port, option }));
  // Only a server on a path has another kind of address.
  const { port: taken } = server.address() as AddressInfo;
  return ok({
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      if (await doneWithin(closed, STOP_MS)) return;
      server.closeAllConnections();
      await closed;
    },
  });
}

function notListening(
  code: string,
  { host, port, option }: { host: string; port: number; option: string },
): ServerError {
  const hint = `name another one with ${option}`;
  if (code !== "EADDRINUSE") {
    const message = `${host}:${port} cannot be listened on (${code})`;
    return new ServerError("port_unusable", message, { hint });
  }
  const free = `${hint}, or leave it out for a free one`;
  return new ServerError("port_taken", `the port ${port} is taken`, { hint: free });
}

function addressOf({ headers, socket }: IncomingMessage, behindProxy: boolean): string {
  const { remoteAddress = "" } = socket;
  const said = behindProxy ? headers["x-forwarded-for"] : undefined;
  return addressBehindProxy(said?.toString() ?? null, remoteAddress);
}

async function loadListener(answer: Answer, behindProxy: boolean) {
  const { getRequestListener } = await import("@hono/node-server");
  return getRequestListener(
    // Never HTTP/2: this server does not speak it.
    (request, { incoming }) => answer(request, addressOf(incoming as IncomingMessage, behindProxy)),
    { overrideGlobalObjects: false },
  );
}
