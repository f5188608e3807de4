import type { ServerIdentity } from "./probe_server.ts";
import {
  isAtLeast,
  isSupported,
  MIN_SECURED_VERSION,
  MIN_SERVER_VERSION,
} from "../../../runtime/nats/server_version.ts";

/** Why Trellis cannot work with a server at all. */
export interface Unsuitable {
  /** The error code for it. */
  readonly code: "too_old" | "no_jetstream";
  /** What is wrong with the server, to follow its address. */
  readonly reason: string;
  /** What its owner can do. */
  readonly hint: string;
}

/** Why a server cannot be used; undefined when it can. */
export function whyUnsuitable(identity: ServerIdentity): Unsuitable | undefined {
  if (!isSupported(identity.version)) {
    return {
      code: "too_old",
      reason:
        `is nats-server ${identity.version}, and Trellis needs ${MIN_SERVER_VERSION} or later`,
      hint: "Upgrade that server, or leave NATS_URL and --nats out to let Trellis start its own.",
    };
  }
  if (!identity.jetstream) {
    return {
      code: "no_jetstream",
      reason: `is nats-server ${identity.version} without JetStream`,
      hint: "Start that server with -js (or a jetstream block in its configuration).",
    };
  }
  return undefined;
}

/** Why Trellis cannot work with a secured server; undefined when it can. */
export function whyNotSecure(identity: ServerIdentity): Unsuitable | undefined {
  const { version } = identity;
  if (isAtLeast(version, MIN_SECURED_VERSION)) return whyUnsuitable(identity);
  return {
    code: "too_old",
    reason: `is nats-server ${version}, and a secured one needs ${MIN_SECURED_VERSION} or later: ` +
      "before it, a session can empty the streams of others",
    hint: "Upgrade that server.",
  };
}

/** Why a running server on this machine cannot be shared; undefined when it can. */
export function whyNotShared(identity: ServerIdentity): string | undefined {
  const unsuitable = whyUnsuitable(identity);
  if (unsuitable !== undefined) return unsuitable.reason;
  if (identity.authRequired) return "is a NATS server that asks for credentials";
  if (identity.tlsRequired) return "is a NATS server that asks for TLS";
  return undefined;
}
