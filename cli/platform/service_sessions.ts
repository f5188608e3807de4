import { type Principal, sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { deploymentToken } from "../../contracts/stored/authority_records.ts";
import type { SessionRecord } from "../../contracts/stored/session_record.ts";
import type { SessionStore } from "../../runtime/platform/session_store.ts";

/** A process that was killed leaves sessions behind; they let their keys in this long. */
const LIFETIME_MS = 24 * 3_600_000;
/** How often the lifetime starts again while the process runs. */
const RENEWAL_MS = LIFETIME_MS / 12;

/** The time, and what is done again and again; tests have their own. */
export interface SessionClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `work` at an interval, in milliseconds, until the returned function is called. */
  every(ms: number, work: () => void): () => void;
}

/** The clock of this machine. */
export const SESSION_CLOCK: SessionClock = {
  now: () => Date.now(),
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};

/** A session without an end for an instance of a service of this deployment. */
export function serviceSession(
  deployment: string,
  publicKey: string,
  createdAt: string,
): SessionRecord {
  const principal: Principal = { kind: "service", id: deploymentToken(deployment) };
  return { format: "trellis.session.v1", publicKey, principal, deployment, createdAt };
}

/** The session of one instance of a service. */
export interface ServiceSession {
  /** Secret of its key. */
  readonly seed: string;
  /** Forgets it: the key lets nobody in any more. */
  close(): Promise<void>;
}

/** What sessions of services are kept with. */
export interface ServiceSessionsParts {
  readonly store: SessionStore;
  /** That of this machine unless given. */
  readonly clock?: SessionClock;
  /** Told of what failed in the background; it is tried again. */
  readonly onError: (cause: unknown) => void;
}

/**
 * Gives the instances of services that this process runs their sessions. They end a day after the process
 * has ended, however it ends; what earlier processes have left is removed.
 *
 * The audit is not told of them: nobody decides about one, no key leaves the machine, and there is one for each
 * saved file, which would bury what people did. Instances elsewhere, whose sessions have no end, are told of.
 */
export class ServiceSessions implements AsyncDisposable {
  readonly #store: SessionStore;
  readonly #clock: SessionClock;
  readonly #stop: () => void;
  /** Those that this process has given and not forgotten; by name. */
  readonly #open = new Map<string, SessionRecord>();
  readonly #working = new Set<Promise<void>>();

  /** Begins to look after sessions. */
  constructor({ store, clock = SESSION_CLOCK, onError }: ServiceSessionsParts) {
    this.#store = store;
    this.#clock = clock;
    const inBackground = (work: Promise<void>) => {
      const done: Promise<void> = work.catch(onError).finally(() => this.#working.delete(done));
      this.#working.add(done);
    };
    inBackground(this.#removeExpired());
    this.#stop = clock.every(RENEWAL_MS, () => inBackground(this.#renew()));
  }

  /** A session for an instance of a service of this deployment. */
  async open(deployment: string): Promise<ServiceSession> {
    const key = KeyPair.generate("user");
    const record: SessionRecord = {
      ...serviceSession(deployment, key.publicKey, this.#inMs(0)),
      expiresAt: this.#inMs(LIFETIME_MS),
    };
    const session = sessionOf(key.publicKey);
    await this.#store.put(record);
    this.#open.set(session, record);
    return {
      seed: key.seed,
      close: async () => {
        this.#open.delete(session);
        await this.#store.remove(session);
      },
    };
  }

  /** Looks after sessions no more; what is open ends by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await Promise.all(this.#working);
  }

  async #renew(): Promise<void> {
    const expiresAt = this.#inMs(LIFETIME_MS);
    await Promise.all([...this.#open].map(async ([session, record]) => {
      const kept = await this.#store.update(session, (stored) => ({ ...stored, expiresAt }));
      // After a long sleep of the machine another process has taken it for one that was left behind.
      if (kept === undefined && this.#open.has(session)) {
        await this.#store.put({ ...record, expiresAt });
      }
    }));
  }

  async #removeExpired(): Promise<void> {
    const now = this.#clock.now();
    const isLeft = ({ principal, expiresAt }: SessionRecord) =>
      principal.kind === "service" && expiresAt !== undefined && !(Date.parse(expiresAt) > now);
    for await (const record of this.#store.records()) {
      if (isLeft(record)) await this.#store.removeIf(sessionOf(record.publicKey), isLeft);
    }
  }

  #inMs(ms: number): string {
    return new Date(this.#clock.now() + ms).toISOString();
  }
}
