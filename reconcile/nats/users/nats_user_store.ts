import { newerFormatError } from "../../records/stored_fault_error.ts";
import { USERS_BUCKET } from "../../../contracts/stored/own_streams.ts";
import { newerFormat } from "../../../contracts/json/newer_format.ts";
import type { KV, KvEntry } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { isLostRace } from "../../../runtime/nats/jetstream/library_api_code.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { AuthorityError } from "../../records/authority_error.ts";
import type { Stored } from "../../records/record_store.ts";
import { identityHash, type OutsideIdentity, sameIdentity } from "../../users/outside_identity.ts";
import { readUserRecord, type UserRecord } from "../../users/user_record.ts";
import { lookOf } from "../../users/look_of.ts";
import { isUserId } from "../../users/user_name.ts";
import type { AllUsers, UserStore } from "../../users/user_store.ts";
import { putIfUnchanged } from "../records/put_if_unchanged.ts";
import { allEntries } from "../records/all_entries.ts";
import { openOwnBucket } from "../../../runtime/nats/jetstream/own_bucket.ts";
import { attempt } from "../records/stored_message.ts";
import { watchUpdates } from "../records/watch_updates.ts";

const MAX_VALUE_BYTES = 16 * 1024;
/** Milliseconds that a change of a name may take, between the note of the new one and the record. */
const HALF_WAY_MS = 60_000;

/** Users in a KV bucket. */
export class NatsUserStore implements UserStore {
  private constructor(private readonly kv: KV, private readonly link: ConnectionGate) {}

  /** Opens the bucket, and makes it where it is not there. The connection must be allowed to. */
  static open(connection: NatsConnection): Promise<Result<NatsUserStore, AuthorityError>> {
    const link = new ConnectionGate(connection);
    return attempt(link, "open the users", async () => {
      const kv = await openOwnBucket(connection, USERS_BUCKET, {
        // Nothing older is kept: a password that was replaced must not stay.
        history: 1,
        maxValueSize: MAX_VALUE_BYTES,
        description: "Trellis users",
        // A direct read may answer an older record, and let in somebody who was disabled.
        allow_direct: false,
      });
      return ok(new NatsUserStore(kv, link));
    });
  }

  /** The user of a name. */
  async byName(name: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>> {
    return (await this.lookingLike(name)).map((stored) =>
      stored?.value.name === name ? stored : undefined
    );
  }

  /** The user who has a name, or one that looks the same. */
  lookingLike(name: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>> {
    return attempt(this.link, "read a user", async () => {
      const claim = await this.#get(nameKey(name));
      return claim === undefined ? ok(undefined) : await this.#namedBy(claim);
    });
  }

  /** The user of an id. */
  byId(id: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>> {
    return attempt(this.link, "read a user", () => this.#read(id));
  }

  /** The user whom an identity lets in. */
  byIdentity(
    identity: OutsideIdentity,
  ): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>> {
    return attempt(this.link, "read a user", async () => {
      const claim = await this.#get(identityKey(identity));
      return await this.#ownerOf(identity, claim);
    });
  }

  /** Notes whose an identity is. */
  claimIdentity(
    identity: OutsideIdentity,
    userId: string,
  ): Promise<Result<boolean, AuthorityError>> {
    return attempt(this.link, "write a user", async () => {
      const claim = await this.#get(identityKey(identity));
      const owner = (await this.#ownerOf(identity, claim)).take();
      if (isErr(owner)) return owner;
      if (owner !== undefined) return ok(owner.value.id === userId);
      return ok(await putIfUnchanged(this.kv, identityKey(identity), userId, claim?.revision));
    });
  }

  /** Notes whose a name is. */
  claimName(name: string, userId: string): Promise<Result<boolean, AuthorityError>> {
    return attempt(this.link, "write a user", async () => {
      const claim = await this.#get(nameKey(name));
      if (claim?.string() === userId) return ok(true);
      const owner = claim && (await this.#namedBy(claim)).take();
      if (isErr(owner)) return owner;
      if (owner !== undefined) return ok(false);
      return ok(await putIfUnchanged(this.kv, nameKey(name), userId, claim?.revision));
    });
  }

  /** Frees a name that a user had. */
  releaseName(name: string, user: UserRecord): Promise<Result<void, AuthorityError>> {
    return attempt(this.link, "write a user", async () => {
      if (nameKey(name) !== nameKey(user.name)) await this.#free(nameKey(name), user.id);
      return ok();
    });
  }

  /** Removes a user, and then what leads to them. */
  remove(user: UserRecord, revision: number | undefined): Promise<Result<boolean, AuthorityError>> {
    return attempt(this.link, "remove a user", async () => {
      const { id, name, identities = [] } = user;
      try {
        await this.kv.purge(userKey(id), { previousSeq: revision });
      } catch (error) {
        if (isLostRace(error)) return ok(false);
        throw error;
      }
      for (const key of [nameKey(name), ...identities.map(identityKey)]) await this.#free(key, id);
      return ok(true);
    });
  }

  /** Every user. */
  loadAll(): Promise<Result<AllUsers, AuthorityError>> {
    return attempt(this.link, "read the users", async () => {
      const users: UserRecord[] = [];
      const problems: AuthorityError[] = [];
      const claims = new Map<string, string>();
      for await (const entry of allEntries(this.kv)) {
        if (entry.operation !== "PUT") continue;
        if (entry.key.startsWith("name.")) claims.set(entry.key, entry.string());
        if (!entry.key.startsWith("user.")) continue;
        const user = read(entry);
        if (user.isOk()) users.push(user.value);
        else problems.push(user.error);
      }
      // A process that was ended while it added somebody has given them no name.
      const found = users.filter(({ id, name }) => claims.get(nameKey(name)) === id);
      return ok({ found: found.sort((a, b) => a.name < b.name ? -1 : 1), problems });
    });
  }

  /** Writes a new user. The name comes last: it is what makes the user one. */
  create(user: UserRecord): Promise<Result<boolean, AuthorityError>> {
    const { id, name } = user;
    return attempt(this.link, "write a user", async () => {
      await putIfUnchanged(this.kv, userKey(id), JSON.stringify(user), undefined);
      const isTheirs = (await this.claimName(name, id)).take();
      const [identity] = isTheirs === true ? user.identities ?? [] : [];
      const claimed = identity === undefined
        ? isTheirs
        : (await this.claimIdentity(identity, id)).take();
      if (claimed !== true) await this.kv.purge(userKey(id));
      return isErr(claimed) ? claimed : ok(claimed);
    });
  }

  /** Writes a user who still has a revision. */
  save(user: UserRecord, revision: number | undefined): Promise<Result<boolean, AuthorityError>> {
    const text = JSON.stringify(user);
    return attempt(
      this.link,
      "write a user",
      async () => ok(await putIfUnchanged(this.kv, userKey(user.id), text, revision)),
    );
  }

  /** Calls back with each user that changes. */
  watch(
    changed: (id: string, user: UserRecord | undefined) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return watchUpdates(this.kv, userKey("*"), (entry) => {
      const user = entry.operation === "PUT" ? read(entry).take() : undefined;
      // One that cannot be read lets nobody in.
      changed(entry.key.slice(userKey("").length), isErr(user) ? undefined : user);
    }, signal);
  }

  /** Whose a name is; nobody's where a removal or a change of the name was ended half-way. */
  async #namedBy(claim: KvEntry): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>> {
    const isHalfWay = Date.now() - claim.created.getTime() < HALF_WAY_MS;
    return (await this.#read(claim.string())).map((stored) =>
      stored && (isHalfWay || nameKey(stored.value.name) === claim.key) ? stored : undefined
    );
  }

  /** Deletes what leads to a user, unless it leads to somebody else. */
  async #free(key: string, id: string): Promise<void> {
    const entry = await this.#get(key);
    if (entry?.string() !== id) return;
    await this.kv.purge(key, { previousSeq: entry.revision }).catch((error) => {
      if (!isLostRace(error)) throw error;
    });
  }

  async #get(key: string): Promise<KvEntry | undefined> {
    const entry = await this.kv.get(key);
    return entry?.operation === "PUT" ? entry : undefined;
  }

  /** A user who was never named is none, and whose record does not list the identity has given it up. */
  async #ownerOf(
    identity: OutsideIdentity,
    claim: KvEntry | undefined,
  ): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>> {
    if (claim === undefined) return ok(undefined);
    const stored = (await this.#read(claim.string())).take();
    if (isErr(stored)) return stored;
    if (!stored?.value.identities?.some((known) => sameIdentity(known, identity))) {
      return ok(undefined);
    }
    const name = await this.#get(nameKey(stored.value.name));
    return ok(name?.string() === stored.value.id ? stored : undefined);
  }

  async #read(id: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>> {
    const entry = isUserId(id) ? await this.#get(userKey(id)) : undefined;
    if (entry === undefined) return ok(undefined);
    return read(entry).map((value) => ({ value, revision: entry.revision }));
  }
}

function userKey(id: string): string {
  return `user.${id}`;
}

function identityKey(identity: OutsideIdentity): string {
  return `identity.${identityHash(identity)}`;
}

function nameKey(name: string): string {
  return `name.${new TextEncoder().encode(lookOf(name)).toHex()}`;
}

function read(entry: KvEntry): Result<UserRecord, AuthorityError> {
  const user = readUserRecord(entry.string());
  // Under another key it would be somebody else's.
  if (user !== undefined && userKey(user.id) === entry.key) return ok(user);
  const newer = newerFormat(entry.string(), "trellis.user.v1");
  const what = `the key ${entry.key} of the KV bucket ${USERS_BUCKET}`;
  if (newer !== undefined) return err(newerFormatError(what, `its format is ${newer}`));
  return err(
    new AuthorityError(
      "record_corrupt",
      `${what} holds nothing that Trellis has written`,
      `delete it (nats kv del ${USERS_BUCKET} ${entry.key}), and add the user again`,
    ),
  );
}
