import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  StorageType,
  type StoredMsg,
} from "@nats-io/jetstream";
import { type KV, Kvm, KvWatchInclude } from "@nats-io/kv";
import {
  AUTHORITY_BUCKET,
  bindingsKey,
  deploymentToken,
} from "../../contracts/authority_records.ts";
import { type Bindings, parseBindings } from "../../contracts/bindings.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../authority_error.ts";
import type { AuthorityStore, Stored } from "../ports.ts";
import { type AuthorityRecord, parsePlan, parseRecord, type Plan } from "../record.ts";
import { streamName } from "./bucket_config.ts";
import { API_CODE, apiCode } from "./jetstream_failure.ts";

const STREAM = streamName(AUTHORITY_BUCKET);
/** Subjects asked for in one batched read; the server allows 1024. */
const BATCH = 500;
/** How often bindings are tried again when somebody else wrote them meanwhile. */
const ATTEMPTS = 8;

/** Records of authority in the KV bucket `trellis_authority`. Reads that feed a write go to the leader. */
export class NatsAuthorityStore implements AuthorityStore {
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #kv: KV;

  private constructor(manager: JetStreamManager, client: JetStreamClient, kv: KV) {
    this.#manager = manager;
    this.#client = client;
    this.#kv = kv;
  }

  /** Opens the records, making their bucket if it is not there. */
  static async open(
    manager: JetStreamManager,
    client: JetStreamClient,
  ): Promise<Result<NatsAuthorityStore, AuthorityError>> {
    return await attempt("open the records of authority", async () => {
      try {
        await manager.streams.info(STREAM);
      } catch (error) {
        if (apiCode(error) !== API_CODE.streamNotFound) throw error;
        await manager.streams.add({
          name: STREAM,
          subjects: [`$KV.${AUTHORITY_BUCKET}.>`],
          max_msgs_per_subject: 1,
          storage: StorageType.File,
          discard: DiscardPolicy.New,
          allow_direct: true,
          allow_rollup_hdrs: true,
          deny_delete: true,
          metadata: { "trellis.kind": "authority" },
        });
      }
      const kv = await new Kvm(client).open(AUTHORITY_BUCKET);
      return ok(new NatsAuthorityStore(manager, client, kv));
    });
  }

  /** The record of a deployment. */
  load(deployment: string): Promise<Result<Stored<AuthorityRecord> | undefined, AuthorityError>> {
    return attempt(`read the record of ${deployment}`, async () => {
      const message = await this.#last(recordKey(deployment));
      return message === undefined ? ok(undefined) : storedRecord(deployment, message);
    });
  }

  /** Every record. */
  loadAll(): Promise<Result<readonly Stored<AuthorityRecord>[], AuthorityError>> {
    return attempt("read the records of authority", async () => {
      const records: Stored<AuthorityRecord>[] = [];
      for (const message of await this.#allLast("deployment.*")) {
        const record = storedRecord(message.subject, message);
        if (record.isErr()) return err(record.error);
        records.push(record.value);
      }
      return ok(records);
    });
  }

  /** Writes a record if it still has the revision it was read at. */
  save(
    record: AuthorityRecord,
    revision: number | undefined,
  ): Promise<Result<boolean, AuthorityError>> {
    const subject = subjectOf(recordKey(record.deployment));
    const text = JSON.stringify(record);
    return attempt(`write the record of ${record.deployment}`, async () => {
      const expect = { lastSubjectSequence: revision ?? 0 };
      try {
        await this.#client.publish(subject, text, { expect });
        return ok(true);
      } catch (error) {
        // Nothing is sent twice, so a refusal means somebody else, even one who wrote the same text.
        if (apiCode(error) === API_CODE.wrongLastSequence) return ok(false);
        if (apiCode(error) !== undefined) throw error;
        // The acknowledgement was lost: what is stored now tells whether it was written.
        const stored = await this.#last(recordKey(record.deployment));
        if (stored?.string() === text) return ok(true);
        throw error;
      }
    });
  }

  /** Writes a plan. */
  savePlan(plan: Plan): Promise<Result<void, AuthorityError>> {
    return attempt(`write the plan ${plan.id}`, async () => {
      await this.#client.publish(
        subjectOf(planKey(plan.deployment, plan.id)),
        JSON.stringify(plan),
      );
      return ok();
    });
  }

  /** A plan of a deployment. */
  loadPlan(deployment: string, id: string): Promise<Result<Plan | undefined, AuthorityError>> {
    return attempt(`read the plan ${id}`, async () => {
      if (!/^[0-9A-Z]{26}$/.test(id)) return ok(undefined);
      const message = await this.#last(planKey(deployment, id));
      return message === undefined ? ok(undefined) : storedPlan(message);
    });
  }

  /** All plans of a deployment, oldest first. */
  loadPlans(deployment: string): Promise<Result<readonly Plan[], AuthorityError>> {
    return attempt(`read the plans of ${deployment}`, async () => {
      const plans: Plan[] = [];
      for (const message of await this.#allLast(planKey(deployment, "*"))) {
        const plan = storedPlan(message);
        if (plan.isErr()) return err(plan.error);
        plans.push(plan.value);
      }
      return ok(plans.sort((a, b) => a.id < b.id ? -1 : 1));
    });
  }

  /** Publishes bindings to the services of a deployment, unless newer ones are there already. */
  saveBindings(bindings: Bindings): Promise<Result<void, AuthorityError>> {
    const key = bindingsKey(bindings.deployment);
    const text = JSON.stringify(bindings);
    return attempt(`write the bindings of ${bindings.deployment}`, async () => {
      for (let tries = 1;; tries++) {
        const stored = await this.#last(key);
        const before = stored?.string() ?? "";
        const version = parseBindings(parseJson(before))?.version ?? 0;
        if (before === text || version > bindings.version) return ok();
        try {
          const expect = { lastSubjectSequence: stored?.seq ?? 0 };
          await this.#client.publish(subjectOf(key), text, { expect });
          return ok();
        } catch (error) {
          if (apiCode(error) !== API_CODE.wrongLastSequence || tries === ATTEMPTS) throw error;
        }
      }
    });
  }

  /** Calls back with a deployment's name whenever its record changes, until aborted. */
  async watch(changed: (deployment: string) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const iterator = await this.#kv.watch({
      key: "deployment.*",
      include: KvWatchInclude.UpdatesOnly,
    });
    const stop = () => iterator.stop();
    signal.addEventListener("abort", stop, { once: true });
    // An abort while the watch was being opened has told nobody.
    if (signal.aborted) stop();
    try {
      for await (const entry of iterator) {
        const record = parseRecord(parseJson(entry.string()));
        if (record !== undefined) changed(record.deployment);
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #last(key: string): Promise<StoredMsg | undefined> {
    try {
      return await this.#manager.streams.getMessage(STREAM, { last_by_subj: subjectOf(key) }) ??
        undefined;
    } catch (error) {
      if (apiCode(error) === API_CODE.noMessage) return undefined;
      throw error;
    }
  }

  async #allLast(filter: string): Promise<readonly StoredMsg[]> {
    const info = await this.#manager.streams.info(STREAM, { subjects_filter: subjectOf(filter) });
    const subjects = Object.keys(info.state.subjects ?? {});
    const messages: StoredMsg[] = [];
    for (let start = 0; start < subjects.length; start += BATCH) {
      const batch = await this.#manager.direct.getLastMessagesFor(STREAM, {
        multi_last: subjects.slice(start, start + BATCH),
      });
      for await (const message of batch) messages.push(message);
    }
    return messages;
  }
}

function recordKey(deployment: string): string {
  return `deployment.${deploymentToken(deployment)}`;
}

function planKey(deployment: string, id: string): string {
  return `plan.${deploymentToken(deployment)}.${id}`;
}

function subjectOf(key: string): string {
  return `$KV.${AUTHORITY_BUCKET}.${key}`;
}

function storedRecord(
  what: string,
  message: StoredMsg,
): Result<Stored<AuthorityRecord>, AuthorityError> {
  const value = parseRecord(parseJson(message.string()));
  return value === undefined
    ? err(corrupt(`the record of ${what}`, message.subject))
    : ok({ value, revision: message.seq });
}

function storedPlan(message: StoredMsg): Result<Plan, AuthorityError> {
  const plan = parsePlan(parseJson(message.string()));
  return plan === undefined ? err(corrupt("a plan", message.subject)) : ok(plan);
}

function corrupt(what: string, subject: string): AuthorityError {
  return new AuthorityError(
    "record_corrupt",
    `${what} is not a record of this version of Trellis`,
    `another tool or a newer Trellis wrote ${subject}; restore it, or update Trellis`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function attempt<T>(
  doing: string,
  work: () => Promise<Result<T, AuthorityError>>,
): Promise<Result<T, AuthorityError>> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return err(
      new AuthorityError(
        "unavailable",
        `could not ${doing}: ${reason}`,
        "is the NATS server up, with JetStream on?",
        { cause },
      ),
    );
  }
}
