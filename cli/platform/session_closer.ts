import { type Caller, parseCallerToken, sessionOf } from "../../contracts/identity/caller.ts";
import { isErr } from "../../contracts/result.ts";
import { type Holder, holderText } from "../../reconcile/access/holder.ts";
import type { Holding } from "../../reconcile/access/holding.ts";
import type { HoldingStore } from "../../reconcile/access/holding_store.ts";
import { setTimeout as delay } from "node:timers/promises";
import { inParallel } from "../../reconcile/authority/in_parallel.ts";
import type { AuthorityRecord, Plan } from "../../reconcile/records/authority_record.ts";
import type { AuthorityLedger } from "../../reconcile/records/record_store.ts";
import { isUserId } from "../../reconcile/users/user_name.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import type { UserStore } from "../../reconcile/users/user_store.ts";
import type { LiveSessions } from "../../runtime/platform/nats/live_sessions.ts";
import type { SessionStore } from "../../runtime/platform/session_store.ts";
import { answersOver } from "./sessions/answers_over.ts";
import { type Concerned, concernedBy, displacedBy, takesRights } from "./concerned_by.ts";
import { type DeploymentIndex, entryOf } from "./deployment_index.ts";
import { userProblem } from "./entitlement.ts";

/** What closing connections needs. */
export interface SessionCloserParts {
  readonly live: Pick<LiveSessions, "closeAll" | "moveAll">;
  readonly holdings: Pick<HoldingStore, "loadAll" | "watch">;
  readonly users: Pick<UserStore, "watch" | "loadAll">;
  /** Rejects when it cannot be read. */
  readonly sessions: Pick<SessionStore, "records" | "get">;
  readonly records: Pick<AuthorityLedger, "watch" | "loadPlan">;
  /** Is told which records have changed. */
  readonly index: Pick<DeploymentIndex, "entries" | "readAgain">;
  /** Told of what failed. */
  readonly onError: (cause: unknown) => void;
}

/** Whether somebody's connections are meant. */
type IsMeant = (caller: Caller) => boolean | Promise<boolean>;

/** Milliseconds that clients have to connect anew before what they have is closed: they take a few. */
const GRACE_MS = 500;
/** Milliseconds after the start: others have more urgent work before. */
const FIRST_LOOK_MS = 1000;
/** Milliseconds in which decisions are gathered: connections are looked at once for all of them. */
const GATHER_MS = 50;
/** Records that are read at once. */
const IN_FLIGHT = 32;

/**
 * Asks the clients of whoever gets or loses a right, by a grant or a decision, to connect anew; they do so
 * without losing a request. Who has lost a right, or was disabled, and stays is shut out. Whoever was about
 * to come in may have been looked up before the change: what was opened until then is looked at once more
 * when the server waits for no earlier answer.
 */
export class SessionCloser implements AsyncDisposable {
  readonly #parts: SessionCloserParts;
  readonly #stop = new AbortController();
  readonly #watching: Promise<unknown>;
  readonly #closing = new Set<Promise<void>>();
  /** By deployment, what was accepted and made when that was looked at last. */
  readonly #known = new Map<string, string>();
  /** Deployments whose records have changed since they were looked at. */
  readonly #changedRecords = new Set<string>();

  /** Starts to watch what is given to whom and taken, what is decided, and who is disabled. */
  constructor(parts: SessionCloserParts) {
    this.#parts = parts;
    const { signal } = this.#stop;
    this.#watching = Promise.all([
      parts.holdings.watch(
        (holder, holding) => this.#inBackground(this.#changed(holder, holding)),
        signal,
      ),
      parts.records.watch((deployment) => this.#gather(deployment), signal),
      parts.users.watch(
        (id, user) => this.#inBackground(this.#userChanged(id, user)),
        signal,
      ),
    ]).catch(parts.onError);
    this.#inBackground(this.#lookAtUsers());
  }

  /** Watches no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#watching, ...this.#closing]);
  }

  async #changed(holder: Holder, holding: Holding | undefined): Promise<void> {
    // What cannot be read gives nothing any more.
    const isLoss = holding === undefined || holding.change.removed.length > 0;
    const members = new Set((await this.#membersOf(holder)).map(holderText));
    const isMeant = ({ principal }: Caller) => members.has(`${principal.kind}:${principal.id}`);
    await this.#move(isMeant, isLoss);
  }

  /** While no process watched, somebody may have been disabled or removed. */
  async #lookAtUsers(): Promise<void> {
    await delay(FIRST_LOOK_MS, undefined, { signal: this.#stop.signal });
    const { found } = (await this.#parts.users.loadAll()).orThrow();
    const users = new Map(found.map((user) => [user.id, user]));
    await this.#shutOut(
      (kind, id) => isUserId(id) && userProblem(kind, users.get(id)) !== undefined,
      await this.#actingFor(),
    );
  }

  async #userChanged(changed: string, user: UserRecord | undefined): Promise<void> {
    if (user?.admin && user.disabledAt === undefined) return;
    const isOut = (kind: "user" | "admin", id: string) =>
      id === changed && userProblem(kind, user) !== undefined;
    // A person is out also where it cannot be read who acts for them.
    this.#inBackground(this.#shutOut(isOut, new Map()));
    // Who only is no admin may still come in, and so may their agents: no record of a session is read.
    if (isOut("user", changed)) await this.#shutOut(isOut, await this.#actingFor());
  }

  /** By session of an agent, whom it acts for; takes reading the records of all sessions. */
  async #actingFor(): Promise<ReadonlyMap<string, string>> {
    const acting = new Map<string, string>();
    for await (const { publicKey, actsFor } of this.#parts.sessions.records()) {
      if (actsFor !== undefined) acting.set(sessionOf(publicKey), actsFor);
    }
    return acting;
  }

  /** Closes what is open of people who may not come in, and of agents that act for them. */
  async #shutOut(
    isOut: (kind: "user" | "admin", id: string) => boolean,
    acting: ReadonlyMap<string, string>,
  ): Promise<void> {
    await this.#move(({ principal: { kind, id }, session }) => {
      if (kind === "user" || kind === "admin") return isOut(kind, id);
      const person = acting.get(session);
      return person !== undefined && isOut("user", person);
    }, true);
  }

  #gather(deployment: string): void {
    this.#changedRecords.add(deployment);
    if (this.#changedRecords.size === 1) this.#inBackground(this.#decided());
  }

  async #decided(): Promise<void> {
    await delay(GATHER_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
    const changed = new Set(this.#changedRecords);
    this.#changedRecords.clear();
    const { index } = this.#parts;
    const read = await inParallel([...changed], IN_FLIGHT, (name) => index.readAgain(name));
    const decided = read.filter((record) => record !== undefined)
      .filter((record) => this.#isNews(record));
    if (decided.length === 0) return;
    const plans = await inParallel(decided, IN_FLIGHT, (record) => this.#planOf(record));
    // Whoever runs a contract that had the place before has lost it.
    const before = decided.flatMap((record, i) => displacedBy(plans[i], entryOf(record)));
    const all = [...await index.entries(), ...before];
    await Promise.all([true, false].map((isLoss) => {
      const meant = decided.filter((_, i) => takesRights(plans[i]) === isLoss);
      if (meant.length === 0) return undefined;
      const concerned = concernedBy(new Set(meant.map(({ deployment }) => deployment)), all);
      return this.#move(this.#isConcerned(concerned), isLoss);
    }));
  }

  /** Most people run other contracts: a record that is read costs less than a connection that is made anew. */
  #isConcerned({ isInstance, isRunner, contracts }: Concerned): IsMeant {
    const { sessions } = this.#parts;
    // All connections are looked at two or three times; the contract of a session stays the same.
    const known = new Map<string, boolean>();
    const runs = async (session: string) => {
      const before = known.get(session);
      if (before !== undefined) return before;
      const record = await sessions.get(session).catch((cause) => {
        // A record that is damaged lets nobody in: it is no reason to leave everybody else what they have.
        if (!(cause instanceof TypeError)) throw cause;
      });
      // Who runs nothing that is named may use everything.
      const isOne = record?.contract === undefined || contracts.has(record.contract.id);
      known.set(session, isOne);
      return isOne;
    };
    return (caller) => isInstance(caller) || (isRunner(caller) && runs(caller.session));
  }

  /** Whether something else was accepted, or made, than when it was looked at last. */
  #isNews({ deployment, desired, materialized }: AuthorityRecord): boolean {
    if (desired === undefined) return false;
    const now = `${desired.version} ${materialized?.version}`;
    const isNews = this.#known.get(deployment) !== now;
    this.#known.set(deployment, now);
    return isNews;
  }

  async #planOf({ deployment, desired }: AuthorityRecord): Promise<Plan | undefined> {
    return (await this.#parts.records.loadPlan(deployment, desired?.planId ?? "")).orThrow();
  }

  async #membersOf(holder: Holder): Promise<readonly Holder[]> {
    if (holder.kind !== "group") return [holder];
    const holdings = (await this.#parts.holdings.loadAll()).take();
    if (isErr(holdings)) throw holdings.error;
    return holdings.filter(({ groups }) => groups.includes(holder.id)).map(({ holder }) => holder);
  }

  async #move(isMeant: IsMeant, isLoss: boolean): Promise<void> {
    const { live } = this.#parts;
    const { signal } = this.#stop;
    const isNamed = (name: string) => {
      const caller = parseCallerToken(name);
      return caller === undefined ? false : isMeant(caller);
    };
    const moved = (await live.moveAll(isNamed)).take();
    if (isErr(moved) && !isLoss) throw moved.error;
    const opened = isErr(moved) ? undefined : moved;
    const again = async () => {
      (await (isLoss ? live.closeAll(isNamed, opened) : live.moveAll(isNamed, opened))).orThrow();
    };
    this.#inBackground(answersOver(signal).then(() => signal.aborted ? undefined : again()));
    if (!isLoss) return;
    await delay(GRACE_MS, undefined, { signal }).catch(() => {});
    // Also when this process ends, which nobody else would make up for.
    await again();
  }

  #inBackground(work: Promise<void>): void {
    const done: Promise<void> = work.catch((cause) => {
      if (!this.#stop.signal.aborted) this.#parts.onError(cause);
    }).finally(() => this.#closing.delete(done));
    this.#closing.add(done);
  }
}
