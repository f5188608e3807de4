import type { Status } from "@nats-io/nats-core";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { deniedSubject, toTransportError } from "./library_error.ts";
import { domainOf, outOfDomain } from "./link/js_domain.ts";
import type { Link } from "./link/link.ts";
import { reportUncaught } from "./report_uncaught.ts";

/** What happens to a connection after it has been opened. */
export type ConnectionEvent =
  /** The link is gone; it is being restored without end. */
  | { readonly kind: "disconnected"; readonly server: string }
  /** The link is back, and all subscriptions with it. */
  | { readonly kind: "reconnected"; readonly server: string }
  /** Another connection has taken over, and nothing was lost. */
  | { readonly kind: "renewed"; readonly server: string }
  /** The server asks to move: it is about to stop, or the session may do something else now. */
  | { readonly kind: "server_stopping"; readonly server: string }
  /** The server refused a subject; a missing permission shows up only here. */
  | {
    readonly kind: "denied";
    readonly operation: "publish" | "subscription";
    readonly subject: string;
    readonly error: TransportError;
  }
  /** The server complained about something else. */
  | { readonly kind: "error"; readonly error: TransportError }
  /** The connection is over for good; with an error when it was not closed on purpose. */
  | { readonly kind: "closed"; readonly error: TransportError | undefined };

/**
 * Reports to `listener` everything that happens to the connection, `closed` last. An error that the
 * listener throws is reported as uncaught.
 */
export function watchConnection(
  connection: Link,
  listener: (event: ConnectionEvent) => void,
): void {
  const report = (event: ConnectionEvent | undefined) => {
    if (event === undefined) return;
    try {
      listener(event);
    } catch (cause) {
      reportUncaught(cause);
    }
  };
  let down = false;
  const watch = async () => {
    for await (const status of connection.status()) {
      const event = eventOf(status);
      // Attempts to restore the link that fail on the way are reported as further losses.
      if (event?.kind === "disconnected" && down) continue;
      if (event?.kind === "reconnected" && !down) continue;
      if (event?.kind === "disconnected") down = true;
      if (event?.kind === "reconnected") down = false;
      report(event?.kind === "denied" ? asAsked(event, domainOf(connection)) : event);
    }
    report({ kind: "closed", error: await closedReason(connection) });
  };
  watch().catch(reportUncaught);
}

/** Resolves when the connection is over, with the reason if it was not asked for. */
export async function closedReason(
  connection: Link,
): Promise<TransportError | undefined> {
  const cause = await connection.closed();
  return cause instanceof Error ? toTransportError(cause, "the connection ended") : undefined;
}

function eventOf(status: Status): ConnectionEvent | undefined {
  switch (status.type) {
    case "disconnect":
      return { kind: "disconnected", server: status.server };
    case "reconnect":
      return { kind: "reconnected", server: status.server };
    case "ldm":
      return { kind: "server_stopping", server: status.server };
    case "error":
      return errorEvent(status.error);
    default:
      return undefined;
  }
}

/** A refusal names the subject as it was asked for, not as it went on the wire. */
function asAsked<E extends { readonly subject: string }>(event: E, domain: string | undefined): E {
  return domain === undefined ? event : { ...event, subject: outOfDomain(event.subject, domain) };
}

function errorEvent(cause: Error): ConnectionEvent {
  const error = toTransportError(cause, "the NATS server reports");
  const denied = deniedSubject(cause);
  return denied === undefined ? { kind: "error", error } : { kind: "denied", ...denied, error };
}
