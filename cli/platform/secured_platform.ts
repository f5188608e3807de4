import { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { Principal } from "../../contracts/identity/caller.ts";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import type { Authority } from "../../reconcile/authority/authority.ts";
import { openConnection } from "../../runtime/nats/connection.ts";
import { AuthCallout } from "../../runtime/platform/nats/auth_callout.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { serveBootstrap } from "../../runtime/platform/serve_bootstrap.ts";
import type { SessionStore } from "../../runtime/platform/session_store.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { KeyMaterial } from "../nats_server/security/key_material.ts";
import { ACCOUNT } from "../nats_server/security/server_config.ts";
import { AcceptedContracts } from "./accepted_contracts.ts";
import { admitSession } from "./admit_session.ts";

/** Who the process that serves Trellis' own contracts is. */
export const PLATFORM: Principal = { kind: "service", id: "trellis" };

/** Who the user of this machine is whose file of keys it is. */
export const LOCAL_ADMIN: Principal = { kind: "admin", id: "local" };

/** What letting sessions in stands on. */
export interface SecuredPlatformParts {
  readonly servers: string;
  readonly keys: KeyMaterial;
  /** The platform's own connection, which may do everything with the data. */
  readonly messaging: NatsMessaging;
  readonly authority: Authority;
  /** Told of what failed while somebody was let in: they are refused, and try again. */
  readonly onError: (cause: unknown) => void;
}

/** The session of one instance of a service. */
export interface ServiceSession {
  /** Secret of its key. */
  readonly seed: string;
  /** Forgets it: the key lets nobody in any more. */
  close(): Promise<void>;
}

/** Lets sessions in to a secured server, and tells them what they were given. */
export class SecuredPlatform implements AsyncDisposable {
  readonly #sessions: SessionStore;
  readonly #stop: () => Promise<void>;

  private constructor(sessions: SessionStore, stop: () => Promise<void>) {
    this.#sessions = sessions;
    this.#stop = stop;
  }

  /** Starts to let sessions in. */
  static async start(
    parts: SecuredPlatformParts,
  ): Promise<Result<SecuredPlatform, TransportError>> {
    const { servers, keys, messaging, authority, onError } = parts;
    const key = keys.callouts[0];
    const connection = (await openConnection({ servers, name: "trellis callout", key })).take();
    if (isErr(connection)) return connection;
    try {
      const sessions = await NatsSessionStore.open(messaging.connection);
      await keepAdmin(sessions, keys.admin);
      const contracts = new AcceptedContracts(authority);
      const callout = new AuthCallout({
        connection,
        issuer: keys.issuer,
        xkey: keys.xkey,
        credsKeys: [keys.admin.publicKey],
        account: ACCOUNT.trellis,
        admit: (request) => admitSession(request, { sessions, contracts }),
        onError,
      });
      const served = serveBootstrap(messaging, {
        sessions,
        bindings: async (name) => (await contracts.deployment(name))?.bindings,
        onError,
      });
      await Promise.all([connection.flush(), messaging.flush()]);
      return ok(
        new SecuredPlatform(sessions, async () => {
          await Promise.all([callout[Symbol.asyncDispose](), served.stop()]);
          await connection.close();
        }),
      );
    } catch (cause) {
      await connection.close();
      if (cause instanceof TypeError) throw cause;
      return err(notStarted(cause));
    }
  }

  /** A session for an instance of a service of this deployment. */
  async openSession(deployment: string): Promise<ServiceSession> {
    const key = KeyPair.generate("user");
    const principal: Principal = { kind: "service", id: deploymentToken(deployment) };
    await this.#sessions.put({ ...newSession(key, principal), deployment });
    return { seed: key.seed, close: () => this.#sessions.remove(sessionOf(key.publicKey)) };
  }

  /** Lets nobody in any more. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}

/** Writes the session of the first admin, unless it is there: one that was revoked stays so. */
async function keepAdmin(sessions: SessionStore, key: KeyPair): Promise<void> {
  // A damaged record keeps the admin out, so it is written again.
  const record = await sessions.get(sessionOf(key.publicKey)).catch(() => undefined);
  if (record === undefined) await sessions.put(newSession(key, LOCAL_ADMIN));
}

function newSession({ publicKey }: KeyPair, principal: Principal): SessionRecord {
  const createdAt = new Date().toISOString();
  return { format: "trellis.session.v1", publicKey, principal, createdAt };
}

function notStarted(cause: unknown): TransportError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TransportError({
    message: `sessions cannot be let in: ${reason}`,
    code: "trellis.bootstrap.failed",
    hint: "is there room on the NATS server's disk?",
    cause,
  });
}
