import { KeyPair } from "../../contracts/identity/key_pair.ts";
import type { Principal } from "../../contracts/identity/caller.ts";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { principalText } from "../../contracts/identity/principal_text.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import type { Authority, Presentation, Presented } from "../../reconcile/authority/authority.ts";
import type { AuditLog } from "../../reconcile/audit/audit_log.ts";
import { openAudit } from "../../reconcile/nats/open_audit.ts";
import { openAccess } from "../../reconcile/nats/open_access.ts";
import type { Access } from "../../reconcile/access/access.ts";
import type { PasswordHasher } from "../../reconcile/users/password_hash.ts";
import type { KnownAttempts } from "../../reconcile/users/attempts.ts";
import type { SignIn } from "../../reconcile/users/sign_in.ts";
import type { Users } from "../../reconcile/users/users.ts";
import type { AuthorityError } from "../../reconcile/records/authority_error.ts";
import { LiveSessions } from "../../runtime/platform/nats/live_sessions.ts";
import { serveAuth } from "../../runtime/platform/serve_auth.ts";
import { bootstrapOf } from "./bootstrap_of.ts";
import { DeploymentIndex } from "./deployment_index.ts";
import { keepAdmin } from "./keep_admin.ts";
import type { EntitlementSources } from "./entitlement.ts";
import { openPeople, type People } from "./people.ts";
import { openingFailure } from "./state/opening_failure.ts";
import { openStateStore, serveStateFrom } from "./state/open_state.ts";
import { sessionContract } from "./session_contract.ts";
import { SessionCloser } from "./session_closer.ts";
import { type ServiceSession, ServiceSessions } from "./service_sessions.ts";
import { keyTaken } from "./sessions/session_records.ts";
import {
  type ListedSession,
  type Revocation,
  Sessions,
  type SessionTarget,
} from "./sessions/sessions.ts";
import type { Approval, UserSession, UserSessionRequest } from "./user_session.ts";
import { domainNameOf } from "../../runtime/nats/link/js_domain.ts";
import { openConnection } from "../../runtime/nats/connection.ts";
import { AuthCallout } from "../../runtime/platform/nats/auth_callout.ts";
import { NatsSessionStore } from "../../runtime/platform/nats/nats_session_store.ts";
import { type LimboBounds, LimboLimits } from "../../runtime/platform/limbo_limits.ts";
import { ServerClock } from "../../runtime/platform/server_clock.ts";
import { serveBootstrap } from "../../runtime/platform/serve_bootstrap.ts";
import type { SessionStore } from "../../runtime/platform/session_store.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { KeyMaterial } from "../nats_server/security/key_material.ts";
import { ACCOUNT } from "../nats_server/security/server_config.ts";
import { AcceptedContracts } from "./accepted_contracts.ts";
import { admitSession, LIMBO_BOUNDS } from "./admit_session.ts";

/** Who the process that serves Trellis' own contracts is. */
export const PLATFORM: Principal = { kind: "service", id: "trellis" };

/** Who the user of this machine is whose file of keys it is. */
export const LOCAL_ADMIN: Principal = { kind: "admin", id: "local" };

/** Milliseconds between two attempts of the platform to reach its server again: everybody else waits for it. */
export const LONGEST_PAUSE_MS = 500;

/** What letting sessions in stands on. */
export interface SecuredPlatformParts {
  readonly servers: string;
  readonly keys: KeyMaterial;
  /** The platform's own connection, which may do everything with the data. */
  readonly messaging: NatsMessaging;
  readonly authority: Authority;
  /** Who approves what apps, devices and agents ask for; a person unless given. */
  readonly approval?: Approval;
  /** Seconds that a connection lasts before the server asks anew; ten minutes unless given. */
  readonly connectionS?: number;
  /** How many may be let in only to ask why they may do nothing; {@link LIMBO_BOUNDS} unless given. */
  readonly limbo?: LimboBounds;
  /** Makes and checks passwords; at the usual cost unless given. */
  readonly hasher?: PasswordHasher;
  /** Where people log in, for whoever must; missing where they cannot. */
  readonly portal?: string | undefined;
  /** Told of what failed while somebody was let in, who is refused and tries again, or while sessions were looked after. */
  readonly onError: (cause: unknown) => void;
}

/** Lets sessions in to a secured server, and tells them what they were given. */
export class SecuredPlatform implements AsyncDisposable {
  readonly #store: SessionStore;
  readonly #sessions: Sessions;
  readonly #services: ServiceSessions;
  readonly #authority: Authority;
  readonly #approval: Approval;
  readonly #opened: AsyncDisposableStack;
  /** What was accepted. */
  readonly contracts: AcceptedContracts;
  /** Who holds which capabilities. */
  readonly access: Access;
  /** Who was let in and shut out; signed by the platform. */
  readonly audit: AuditLog;
  /** The people who log in. */
  readonly users: Users;
  /** Proves who they are, by name and password. */
  readonly signIn: SignIn;
  /** What they have tried, and has not succeeded. */
  readonly attempts: KnownAttempts;
  /** The time as the server has it, in milliseconds since 1970: the same for all who let people in. */
  readonly now: () => number;

  private constructor(
    parts: {
      readonly store: SessionStore;
      readonly sessions: Sessions;
      readonly services: ServiceSessions;
      readonly contracts: AcceptedContracts;
      readonly access: Access;
      readonly audit: AuditLog;
      readonly people: People;
      readonly now: () => number;
      readonly opened: AsyncDisposableStack;
    },
    { authority, approval = { mode: "strict", by: "trellis" } }: SecuredPlatformParts,
  ) {
    this.#store = parts.store;
    this.#sessions = parts.sessions;
    this.#services = parts.services;
    this.#opened = parts.opened;
    this.contracts = parts.contracts;
    this.access = parts.access;
    this.audit = parts.audit;
    this.users = parts.people.users;
    this.signIn = parts.people.signIn;
    this.attempts = parts.people.attempts;
    this.now = parts.now;
    this.#authority = authority;
    this.#approval = approval;
  }

  /** Starts to let sessions in. */
  static async start(
    parts: SecuredPlatformParts,
  ): Promise<Result<SecuredPlatform, TransportError>> {
    const { servers, keys, messaging, authority, connectionS, portal, onError } = parts;
    await using opened = new AsyncDisposableStack();
    const open = async (name: string, key: KeyPair) =>
      (await openConnection({ servers, name, key, longestPauseMs: LONGEST_PAUSE_MS }))
        .map((connection) => opened.adopt(connection, (connection) => connection.close()));
    const connecting = Promise.all([
      open("trellis callout", keys.callouts[0]),
      open("trellis system", keys.sys),
    ]);
    try {
      const [[answering, closing], store, log, state] = await Promise.all([
        connecting,
        NatsSessionStore.open(messaging.connection),
        openAudit(messaging.connection, keys.platform),
        openStateStore(messaging),
      ]);
      const connection = answering.take();
      if (isErr(connection)) return connection;
      const system = closing.take();
      if (isErr(system)) return system;
      const audit = log.orThrow();
      const clock = new ServerClock();
      const [people, opening] = await Promise.all([
        openPeople(messaging.connection, audit, {
          hasher: parts.hasher,
          now: () => clock.now(),
        }),
        openAccess(messaging.connection, authority, keys.platform),
        keepAdmin(store, newSession(keys.admin, LOCAL_ADMIN)),
      ]);
      const access = opening.orThrow();
      const users = people.users.store;
      const index = new DeploymentIndex(authority);
      const contracts = new AcceptedContracts(authority, index);
      const sources: EntitlementSources = {
        sessions: store,
        contracts,
        capabilitiesOf: async ({ kind, id }) =>
          kind === "admin" ? [] : (await access.capabilitiesOf({ kind, id })).orThrow(),
        users,
      };
      const limbo = new LimboLimits(parts.limbo ?? LIMBO_BOUNDS);
      opened.use(
        new AuthCallout({
          connection,
          issuer: keys.issuer,
          xkey: keys.xkey,
          credsKeys: [keys.admin.publicKey],
          account: ACCOUNT.trellis,
          admit: (request) => {
            clock.heard(request.issuedAt);
            // Read each time: a server may be given a domain while this process runs.
            const domain = domainNameOf(messaging.connection);
            return admitSession(request, sources, { limbo, longestS: connectionS, domain });
          },
          onError,
        }),
      );
      const bootstraps = serveBootstrap(messaging, {
        bootstrap: (session, question) =>
          bootstrapOf(session, question, sources, {
            now: clock.now(),
            lifetimeS: connectionS,
            portal,
          }),
        onError,
      });
      opened.defer(() => bootstraps.stop());
      const live = new LiveSessions(system);
      const holdings = access.store;
      const { store: records } = authority;
      const concerned = { holdings, users, sessions: store, records, index };
      opened.use(new SessionCloser({ live, ...concerned, onError }));
      const sessions = opened.use(new Sessions({ store, live, audit }));
      const services = opened.use(new ServiceSessions({ store, onError }));
      // However many ask at once, all records are read once.
      let reading: ReturnType<SessionStore["list"]> | undefined;
      const auth = serveAuth(messaging, {
        session: (session) => store.get(session),
        contractOf: (session) => sessionContract(session, sources),
        records: () => reading ??= store.list().finally(() => reading = undefined),
        connectionsOf: async (listed) => (await sessions.connectionsOf(listed)).orThrow(),
        end: async (session, by) => {
          const revoked = (await sessions.end({ session }, principalText(by))).orThrow();
          return async () => void (await sessions.close(revoked)).orThrow();
        },
        disconnect: async (session, by) =>
          (await sessions.disconnect({ session }, principalText(by))).orThrow().closed,
        capabilitiesOf: sources.capabilitiesOf,
        now: () => clock.now(),
        onError,
      });
      opened.defer(() => auth.stop());
      const secured = { sessions: store, audit, now: () => clock.now() };
      const states = serveStateFrom(state, { messaging, authority, declared: contracts, secured });
      opened.defer(() => states.stop());
      await Promise.all([connection.flush(), messaging.flush()]);
      return ok(
        new SecuredPlatform(
          {
            store,
            sessions,
            services,
            contracts,
            access,
            audit,
            people,
            now: () => clock.now(),
            opened: opened.move(),
          },
          parts,
        ),
      );
    } catch (cause) {
      await connecting;
      return err(openingFailure("sessions cannot be let in", cause));
    }
  }

  /** A session for an instance of a service of this deployment, for as long as this process runs. */
  openSession(deployment: string): Promise<ServiceSession> {
    return this.#services.open(deployment);
  }

  /**
   * Opens a session for a user, a device or an agent, and asks for what its contract asks for: once for all
   * sessions, and again only when the contract wants more. Until that is approved the session may do nothing.
   * A key is for one session, also after that has ended. Errors: `key_taken`, and those of presenting.
   */
  async openUserSession(
    { principal, contract, publicKey, createdAt, expiresAt, details }: UserSessionRequest,
  ): Promise<Result<UserSession, AuthorityError>> {
    const known = publicKey === undefined ? undefined : await this.sessionOfKey(publicKey);
    const isOpen = known !== undefined && known.createdAt === createdAt &&
      known.revokedAt === undefined && known.principal !== undefined &&
      principalText(known.principal) === principalText(principal);
    if (known !== undefined && !isOpen) return err(keyTaken());
    const presented = contract && (await this.present(contract)).take();
    if (isErr(presented)) return presented;
    const key = publicKey === undefined ? KeyPair.generate("user") : undefined;
    const record: SessionRecord = {
      ...newSession({ publicKey: publicKey ?? key?.publicKey ?? "" }, principal, createdAt),
      ...(contract && { contract: { id: contract.manifest.id, digest: contract.digest } }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    const sessions = this.#sessions;
    const by = principalText(principal);
    const told = { ...details, ...(contract && { contract: contract.manifest.id }) };
    const opened = isOpen ? undefined : (await sessions.records.open(record, by, told)).take();
    if (isErr(opened)) return opened;
    const session = sessionOf(record.publicKey);
    return ok({
      session,
      ...(key === undefined ? {} : { seed: key.seed }),
      ...(presented?.kind === "pending" && presented.plan ? { pending: presented.plan } : {}),
      async revoke() {
        (await sessions.revoke({ session }, by)).orThrow();
      },
    });
  }

  /** Asks for what a contract asks for, as whoever approves here; that is once, unless it wants more. */
  async present(contract: Presentation): Promise<Result<Presented, AuthorityError>> {
    const [result] = await this.#authority.present([contract], this.#approval);
    if (result === undefined) throw new TypeError(`${contract.manifest.id} was not presented`);
    return result;
  }

  /** The session that a key has, or had; an empty one where its record is damaged. */
  async sessionOfKey(publicKey: string): Promise<Partial<SessionRecord> | undefined> {
    try {
      return await this.#store.get(sessionOf(publicKey));
    } catch (cause) {
      if (cause instanceof TypeError) return {};
      throw cause;
    }
  }

  /** All sessions, the newest first. Errors: those of a request. */
  listSessions(): Promise<Result<readonly ListedSession[], TransportError>> {
    return this.#sessions.list();
  }

  /**
   * Lets sessions in no more, and closes their connections, within a second. Errors: those of a request.
   *
   * @param by who revokes
   */
  revoke(target: SessionTarget, by: string): Promise<Result<Revocation, TransportError>> {
    return this.#sessions.revoke(target, by);
  }

  /** Lets nobody in any more. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

function newSession(
  { publicKey }: Pick<KeyPair, "publicKey">,
  principal: Principal,
  createdAt = new Date().toISOString(),
): SessionRecord {
  return { format: "trellis.session.v1", publicKey, principal, createdAt };
}
