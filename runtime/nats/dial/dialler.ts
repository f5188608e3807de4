import type { ConnectionOptions } from "@nats-io/nats-core";
import type { SessionKey } from "../../../contracts/identity/session_key.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import { splitDomain } from "../link/js_domain.ts";
import type { Link } from "../link/link.ts";

/** What carries NATS' protocol. */
export type Transport = "tcp" | "websocket";

/** Connects to one of the servers. With a key it answers their challenges. Rejects as NATS' library does. */
export type Dial = (
  options: ConnectionOptions,
  key: SessionKey | undefined,
) => Promise<Link>;

/** How to connect, and to which servers. */
export interface Route {
  readonly servers: readonly string[];
  readonly dial: Dial;
  /** The domain whose JetStream is meant, as the addresses name it. */
  readonly domain: string | undefined;
  /** An address asks for TLS: a server without it, or somebody between, is told nothing. */
  readonly needsTls: boolean;
}

/** The ways to connect that a program has. */
export class Diallers {
  readonly #dials = new Map<Transport, Dial>();

  /** Brings a way to connect along. */
  set(transport: Transport, dial: Dial): void {
    this.#dials.set(transport, dial);
  }

  /**
   * How to connect to some servers: over TCP where that is known and there are such servers among them. Several
   * addresses may stand in one text, with commas between.
   *
   * Errors: `trellis.server.unsupported`.
   */
  routeTo(addresses: readonly string[]): Result<Route, TransportError> {
    const parts = addresses.flatMap((text) => text.split(","))
      .map((server) => splitDomain(server.trim())).filter(({ address }) => address !== "");
    const servers = parts.map(({ address }) => address);
    const domain = parts.find(({ domain }) => domain !== undefined)?.domain;
    for (const transport of ["tcp", "websocket"] as const) {
      const dial = this.#dials.get(transport);
      const reachable = servers.filter((server) => transportOf(server) === transport);
      if (dial === undefined || reachable.length === 0) continue;
      const needsTls = reachable.some((server) => /^tls:\/\//i.test(server));
      return ok({ servers: reachable, dial, domain, needsTls });
    }
    return err(unreachable(servers, [...this.#dials.keys()]));
  }
}

/** Those of this program: the modules that people import bring them along. */
export const diallers: Diallers = new Diallers();

/** By the address: `ws://` and `wss://` are WebSocket. */
export function transportOf(server: string): Transport {
  return /^wss?:\/\//i.test(server) ? "websocket" : "tcp";
}

/** An address as it may be shown. */
export function withoutCredentials(server: string): string {
  return server.replace(/^([a-z]+:\/\/)?.*@/i, "$1");
}

const NAME: Readonly<Record<Transport, string>> = { tcp: "TCP", websocket: "WebSocket" };

function unreachable(
  servers: readonly string[],
  known: readonly Transport[],
): TransportError {
  if (servers.length === 0) {
    return new TransportError({
      message: "there is no address to connect to",
      code: "trellis.server.unsupported",
      hint: "give trellisUrl, as wss://nats.example.org, or the address of the portal",
    });
  }
  const ways = known.map((transport) => NAME[transport]).join(" or ");
  return new TransportError({
    message: `no connection to NATS at ${servers.map(withoutCredentials).join(", ")}: ` +
      `this program connects over ${ways || "nothing"} only`,
    code: "trellis.server.unsupported",
    hint: 'import TrellisClient from "@qlever-llc/trellis/client" for ws:// and wss://, from ' +
      '"@qlever-llc/trellis" in Deno and "@qlever-llc/trellis/node" in Node for nats:// and tls://',
  });
}
