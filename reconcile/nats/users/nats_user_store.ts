import { jetstream } from "@nats-io/jetstream";
import { type KV, type KvEntry, Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { AuthorityError } from "../../records/authority_error.ts";
import type { Stored } from "../../records/record_store.ts";
import { readUserRecord, type UserRecord } from "../../users/user_record.ts";
import type { UserStore } from "../../users/user_store.ts";
import { putIfUnchanged } from "../records/put_if_unchanged.ts";
import { attempt } from "../records/stored_message.ts";

/** The KV bucket of users; keys as `name.616461`, the name in hexadecimal UTF-8. */
const BUCKET = "trellis_users";
const MAX_VALUE_BYTES = 16 * 1024;

/** Users in a KV bucket. */
export class NatsUserStore implements UserStore {
  private constructor(private readonly kv: KV, private readonly link: ConnectionGate) {}

  /** Opens the bucket, and makes it where it is not there. The connection must be allowed to. */
  static open(connection: NatsConnection): Promise<Result<NatsUserStore, AuthorityError>> {
    const link = new ConnectionGate(connection);
    return attempt(link, "open the users", async () => {
      const kv = await new Kvm(jetstream(connection)).create(BUCKET, {
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
  byName(name: string): Promise<Result<Stored<UserRecord> | undefined, AuthorityError>> {
    return attempt(this.link, "read a user", async () => {
      const entry = await this.kv.get(keyOf(name));
      if (entry === null || entry.operation !== "PUT") return ok(undefined);
      return read(entry).map((value) => ({ value, revision: entry.revision }));
    });
  }

  /** Every user. */
  loadAll(): Promise<Result<readonly UserRecord[], AuthorityError>> {
    return attempt(this.link, "read the users", async () => {
      const users: UserRecord[] = [];
      for await (const key of await this.kv.keys()) {
        const entry = await this.kv.get(key);
        if (entry?.operation !== "PUT") continue;
        const user = read(entry).take();
        if (isErr(user)) return user;
        users.push(user);
      }
      return ok(users);
    });
  }

  /** Writes a user who still has a revision. */
  save(user: UserRecord, revision: number | undefined): Promise<Result<boolean, AuthorityError>> {
    const text = JSON.stringify(user);
    return attempt(
      this.link,
      "write a user",
      async () => ok(await putIfUnchanged(this.kv, keyOf(user.name), text, revision)),
    );
  }
}

function keyOf(name: string): string {
  return `name.${new TextEncoder().encode(name).toHex()}`;
}

function read(entry: KvEntry): Result<UserRecord, AuthorityError> {
  const user = readUserRecord(entry.string());
  // Under another key it would be somebody else's.
  if (user !== undefined && keyOf(user.name) === entry.key) return ok(user);
  return err(
    new AuthorityError(
      "record_corrupt",
      `the key ${entry.key} of the KV bucket ${BUCKET} holds nothing that Trellis has written`,
      `delete it (nats kv del ${BUCKET} ${entry.key}), and add the user again`,
    ),
  );
}
