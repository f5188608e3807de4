import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { AuditEvent } from "../audit/audit_entry.ts";
import type { AuditLog } from "../audit/audit_log.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { Sources } from "../records/sources.ts";
import {
  LINK_LIFETIME_MS,
  type LinkPurpose,
  type LinkState,
  newLink,
  userOfToken,
} from "./one_time_link.ts";
import type { PasswordHasher } from "./password_hash.ts";
import { checkPassword } from "./password_rule.ts";
import { keptChanging, lastAdmin, linkRefused, noUser, userExists } from "./user_errors.ts";
import { checkedName, type NewUser, newUser } from "./new_user.ts";
import {
  type ChosenProof,
  disabled,
  enabled,
  isLastAdmin,
  isWorkingAdmin,
  otherAdmins,
  renamed,
  stateOfLink,
  type UserChange,
  withAdmin,
  withLink,
  withPassword,
  withUse,
} from "./user_changes.ts";
import type { UserRecord } from "./user_record.ts";
import { plainUserName } from "./user_name.ts";
import type { UserStore } from "./user_store.ts";

/** How often a change is tried again when somebody else changed the same user meanwhile. */
const ATTEMPTS = 8;
/** Milliseconds between two attempts, at most. */
const LONGEST_PAUSE_MS = 20;
const SECRET_BYTES = 32;

/** What users are kept with. */
export interface UsersParts {
  readonly store: UserStore;
  /** Is told of each change before it happens. */
  readonly audit: Pick<AuditLog, "append">;
  readonly hasher: PasswordHasher;
  readonly sources: Pick<Sources, "now" | "id">;
}

/** The people who log in. */
export class Users {
  readonly #parts: UsersParts;

  /** @param parts a store that may be written */
  constructor(parts: UsersParts) {
    this.#parts = parts;
  }

  /** The users behind it, to watch them. */
  get store(): UserStore {
    return this.#parts.store;
  }

  /** Adds a user. Errors: `user_invalid`, `user_exists`, `password_refused`. */
  async add(asked: NewUser, by: string): Promise<Result<UserRecord, AuthorityError>> {
    const { store, sources } = this.#parts;
    const id = sources.id().toLowerCase();
    const made = newUser(asked, id, sources.now()).take();
    if (isErr(made)) return made;
    const { name } = made;
    const known = (await store.lookingLike(name)).take();
    if (isErr(known)) return known;
    if (known !== undefined) return err(userExists(name, known.value.name));
    const { password } = asked;
    const phc = password === undefined ? undefined : (await this.#hash(password)).take();
    if (isErr(phc)) return phc;
    const user: UserRecord = phc === undefined ? made : { ...made, password: phc };
    const [identity] = user.identities ?? [];
    const details = {
      ...(user.admin ? { admin: "admin" } : {}),
      ...identity,
    };
    const told = (await this.#tell(user, { kind: "user.added", details }, by)).take();
    if (isErr(told)) return told;
    return (await store.create(user)).andThen((isNew) => isNew ? ok(user) : err(userExists(name)));
  }

  /** The user of a name or an id. Errors: `user_not_found`. */
  async find(nameOrId: string): Promise<Result<UserRecord, AuthorityError>> {
    const { store } = this.#parts;
    const byId = (await store.byId(nameOrId)).take();
    if (isErr(byId)) return byId;
    const found = byId ?? (await store.byName(plainUserName(nameOrId))).take();
    if (isErr(found)) return found;
    return found === undefined ? err(noUser(nameOrId)) : ok(found.value);
  }

  /** Every user, by name. Errors: `record_corrupt`, where one of them cannot be read. */
  async list(): Promise<Result<readonly UserRecord[], AuthorityError>> {
    const all = (await this.store.loadAll()).take();
    if (isErr(all)) return all;
    const [problem] = all.problems;
    return problem === undefined ? ok(all.found) : err(problem);
  }

  /**
   * Lets a user in no more. Their links are good for nothing any more, also when they are enabled again. Errors:
   * `last_admin`.
   */
  disable(id: string, by: string): Promise<Result<UserRecord, AuthorityError>> {
    return this.#change(
      id,
      by,
      disabled,
      async ({ admin }) => admin === true ? await this.#keepAdmin(id) : ok(true),
    );
  }

  /** Lets a user in again. */
  enable(id: string, by: string): Promise<Result<UserRecord, AuthorityError>> {
    return this.#change(id, by, enabled);
  }

  /**
   * Gives a user another name; the one before is free then. Errors: `user_invalid`, `user_exists`,
   * `user_not_found`.
   */
  async rename(id: string, name: string, by: string): Promise<Result<UserRecord, AuthorityError>> {
    const { store } = this.#parts;
    const read = checkedName(name).take();
    if (isErr(read)) return read;
    const claimed = (await store.claimName(name, id)).take();
    if (isErr(claimed)) return claimed;
    if (!claimed) {
      return (await store.lookingLike(name))
        .andThen((known) => err(userExists(name, known?.value.name)));
    }
    let before = name;
    const user = (await this.#change(id, by, (user) => {
      before = user.name;
      return renamed(user, name);
    })).take();
    if (isErr(user)) return user;
    return (await store.releaseName(before, user)).map(() => user);
  }

  /** Lets a user do everything. */
  giveAdmin(id: string, by: string): Promise<Result<UserRecord, AuthorityError>> {
    return this.#change(id, by, (user) => withAdmin(user, true));
  }

  /** Lets a user do everything no more. Errors: `last_admin`. */
  async takeAdmin(id: string, by: string): Promise<Result<UserRecord, AuthorityError>> {
    const left = (await this.checkOtherAdmins(id)).take();
    if (isErr(left)) return left;
    return await this.#change(id, by, (user) => withAdmin(user, false), () => this.#keepAdmin(id));
  }

  /** Errors: `last_admin`, where nobody else could do what only an admin may. */
  async checkOtherAdmins(id: string): Promise<Result<void, AuthorityError>> {
    const users = (await this.list()).take();
    if (isErr(users)) return users;
    const name = users.find((user) => user.id === id)?.name ?? id;
    return isLastAdmin(id, users) ? err(lastAdmin(name)) : ok();
  }

  /**
   * Removes a user; their name is free then, and their id is never given again. An admin is taken that
   * first, so that one stays. Errors: `last_admin`.
   */
  async remove(id: string, by: string): Promise<Result<void, AuthorityError>> {
    const { store } = this.#parts;
    const taken = (await this.takeAdmin(id, by)).take();
    if (isErr(taken)) return taken;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = (await store.byId(id)).take();
      if (isErr(stored)) return stored;
      if (stored === undefined) return attempt === 0 ? err(noUser(id)) : ok();
      const told = attempt > 0
        ? undefined
        : (await this.#tell(stored.value, { kind: "user.removed" }, by)).take();
      if (isErr(told)) return told;
      const removed = (await store.remove(stored.value, stored.revision)).take();
      if (isErr(removed)) return removed;
      if (removed) return ok();
    }
    return err(keptChanging(id));
  }

  /** Gives a user a password, in place of the one before. Errors: `password_refused`. */
  async setPassword(
    id: string,
    password: string,
    by: string,
  ): Promise<Result<UserRecord, AuthorityError>> {
    const phc = (await this.#hash(password)).take();
    if (isErr(phc)) return phc;
    return await this.#change(id, by, (user) => withPassword(user, phc));
  }

  /**
   * Makes a link that is good for one use, in place of the one before. Only what it takes to know the link
   * again is kept. A link to choose a password ends the password that there is.
   */
  async invite(
    id: string,
    purpose: LinkPurpose,
    by: string,
  ): Promise<Result<{ readonly token: string; readonly expiresAt: string }, AuthorityError>> {
    const end = Date.parse(this.#parts.sources.now()) + LINK_LIFETIME_MS[purpose];
    const expiresAt = new Date(end).toISOString();
    const { token, link } = newLink(id, expiresAt, randomBytes(SECRET_BYTES));
    return (await this.#change(id, by, (user) => withLink(user, purpose, link)))
      .map(() => ({ token, expiresAt }));
  }

  /** The user whose link a token is; the link stays as it is. Errors: `link_refused`. */
  async peek(token: string, purpose: LinkPurpose): Promise<Result<UserRecord, AuthorityError>> {
    const stored = (await this.store.byId(userOfToken(token))).take();
    if (isErr(stored)) return stored;
    if (stored === undefined) return err(linkRefused("unknown"));
    const state = stateOfLink(stored.value, { token, purpose }, this.#parts.sources.now());
    return state === "good" ? ok(stored.value) : err(linkRefused(state));
  }

  /** Uses a link up; of several who have it the first one gets in. Errors: `link_refused`. */
  async redeem(
    token: string,
    purpose: LinkPurpose,
    chosen?: ChosenProof,
  ): Promise<Result<UserRecord, AuthorityError>> {
    const id = userOfToken(token);
    const use = { token, purpose, chosen };
    const seen: { state: LinkState } = { state: "unknown" };
    const user = (await this.#change(id, `user:${id}`, (user, now) => {
      seen.state = stateOfLink(user, use, now);
      return withUse(user, use, now);
    })).take();
    if (isErr(user) && user.error.code !== "user_not_found") return user;
    return isErr(user) || seen.state !== "good" ? err(linkRefused(seen.state)) : ok(user);
  }

  /**
   * Uses up a link to choose a password, and sets it. A password that is refused uses nothing up. Errors:
   * `link_refused`, `password_refused`.
   */
  async choosePassword(
    token: string,
    password: string,
  ): Promise<Result<UserRecord, AuthorityError>> {
    // Without a good link nobody makes this process hash.
    const isGood = (await this.peek(token, "password")).isOk();
    const phc = isGood ? (await this.#hash(password)).take() : undefined;
    if (isErr(phc)) return phc;
    return await this.redeem(token, "password", phc === undefined ? phc : { password: phc });
  }

  async #hash(password: string): Promise<Result<string, AuthorityError>> {
    const checked = checkPassword(password).take();
    return isErr(checked) ? checked : ok(await this.#parts.hasher.hash(password));
  }

  async #change(
    id: string,
    by: string,
    decide: (user: UserRecord, now: string) => UserChange,
    mayStill: (user: UserRecord) => Promise<Result<boolean, AuthorityError>> = () =>
      Promise.resolve(ok(true)),
  ): Promise<Result<UserRecord, AuthorityError>> {
    const { store, sources } = this.#parts;
    let told: string | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const stored = (await store.byId(id)).take();
      if (isErr(stored)) return stored;
      if (stored === undefined) return err(noUser(id));
      const change = decide(stored.value, sources.now());
      if (change === undefined) return ok(stored.value);
      const may = (await mayStill(stored.value)).take();
      if (isErr(may)) return may;
      if (may && told !== change.told.kind) {
        const entry = (await this.#tell(stored.value, change.told, by)).take();
        if (isErr(entry)) return entry;
        told = entry.kind;
      }
      const saved = may ? (await store.save(change.user, stored.revision)).take() : false;
      if (isErr(saved)) return saved;
      if (saved) return ok(change.user);
      // Two who are in each other's way are not so again.
      await delay(Math.random() * LONGEST_PAUSE_MS);
    }
    return err(keptChanging(id));
  }

  /**
   * Makes sure that another admin stays while one is taken or disabled: writes that other one again, as they are.
   * Whoever takes them at the same moment has read them before, so that one of both is too late and looks
   * again. False where they have changed meanwhile. Errors: `last_admin`.
   */
  async #keepAdmin(id: string): Promise<Result<boolean, AuthorityError>> {
    const { store } = this.#parts;
    const users = (await this.list()).take();
    if (isErr(users)) return users;
    const [other] = otherAdmins(id, users);
    if (other === undefined) {
      return err(lastAdmin(users.find((user) => user.id === id)?.name ?? id));
    }
    const stored = (await store.byId(other.id)).take();
    if (isErr(stored)) return stored;
    if (stored === undefined || !isWorkingAdmin(stored.value)) return ok(false);
    return await store.save(stored.value, stored.revision);
  }

  #tell(
    { id, name }: UserRecord,
    { kind, details }: Pick<AuditEvent, "kind" | "details">,
    by: string,
  ) {
    const subject = `user:${id}`;
    return this.#parts.audit.append({ kind, by, subject, details: { name, ...details } });
  }
}
