import {
  DiscardPolicy,
  jetstream,
  type JetStreamClient,
  StorageType,
  type StoredMsg,
} from "@nats-io/jetstream";
import { newerFormat } from "../../../contracts/json/newer_format.ts";
import { mayBeClustered } from "../../../runtime/nats/link/js_domain.ts";
import { type KV, Kvm } from "@nats-io/kv";
import { readJson } from "../../../contracts/json/json.ts";
import {
  AUTHORITY_BUCKET,
  bindingsKey,
  surfaceKey,
} from "../../../contracts/stored/authority_records.ts";
import { type Bindings, parseBindings } from "../../../contracts/stored/bindings.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { AuthorityError } from "../../records/authority_error.ts";
import { inParallel } from "../../authority/in_parallel.ts";
import type {
  AuthorityLedger,
  Evidence,
  ReadAll,
  RecordProblem,
  Stored,
} from "../../records/record_store.ts";
import { type ResourcePolicy, storedPolicy } from "../../resources/policy.ts";
import { readClaim, readDecision, readPolicy } from "../../records/read_stored.ts";
import type {
  AuthorityRecord,
  Decision,
  Plan,
  SurfaceClaim,
} from "../../records/authority_record.ts";
import { parsePositions, type WorkPositions } from "../../records/work_positions.ts";
import type { Signer } from "../../records/chain.ts";
import { recordContext } from "../../records/history_chain.ts";
import { sealedText } from "../../records/sealed_text.ts";
import { newerFormatError, repairOf, storedFaultError } from "../../records/stored_fault_error.ts";
import { trimHistory } from "../../records/trim_history.ts";
import {
  deploymentOf,
  historyKey,
  keyOf,
  planKey,
  POLICY_KEY,
  positionsKey,
  recordKey,
  subjectOf,
} from "./authority_keys.ts";
import { RecordReader } from "./record_reader.ts";
import { refuseLarge } from "./refuse_large.ts";
import { streamName } from "../buckets/kv_streams.ts";
import { managerOf } from "../buckets/jetstream_failure.ts";
import { addOwnStream } from "../../../runtime/nats/jetstream/own_layout.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode, isLostRace } from "../../../runtime/nats/jetstream/library_api_code.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import {
  attempt,
  isTombstone,
  readEach,
  storedPlan,
  storedRecord,
  TOMBSTONE,
} from "./stored_message.ts";
import { watchUpdates } from "./watch_updates.ts";

const STREAM = streamName(AUTHORITY_BUCKET);
/** How often something is tried again when another process wrote it meanwhile. */
const ATTEMPTS = 8;
/** Writes under way at once. */
const IN_FLIGHT = 32;

/** Records of authority in the KV bucket `trellis_authority`. Reads that feed a write go to the leader. */
export class NatsAuthorityStore implements AuthorityLedger {
  readonly #reader: RecordReader;
  readonly #client: JetStreamClient;
  readonly #kv: KV;
  readonly #link: ConnectionGate;
  readonly #signer: Signer | undefined;

  private constructor(
    reader: RecordReader,
    client: JetStreamClient,
    kv: KV,
    link: ConnectionGate,
    signer: Signer | undefined,
  ) {
    this.#signer = signer;
    this.#reader = reader;
    this.#client = client;
    this.#kv = kv;
    this.#link = link;
  }

  /**
   * Opens the records, making their bucket if it is not there.
   *
   * @param signer signs every record that is written; missing where nobody has a key
   */
  static async open(
    connection: Parameters<typeof managerOf>[0],
    signer?: Signer,
  ): Promise<Result<NatsAuthorityStore, AuthorityError>> {
    const manager = await managerOf(connection);
    const client = jetstream(connection);
    const link = new ConnectionGate(connection);
    return await attempt(link, "open the records of authority", async () => {
      try {
        await manager.streams.info(STREAM);
      } catch (error) {
        if (apiCode(error) !== API_CODE.streamNotFound) throw error;
        await addOwnStream(manager, mayBeClustered(connection), {
          name: STREAM,
          subjects: [subjectOf(">")],
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
      const reader = new RecordReader(manager, connection);
      return ok(new NatsAuthorityStore(reader, client, kv, link, signer));
    });
  }

  /** The record of a deployment. */
  load(deployment: string): Promise<Result<Stored<AuthorityRecord> | undefined, AuthorityError>> {
    return this.#attempt(`read the record of ${deployment}`, async () => {
      const message = await this.#reader.last(recordKey(deployment));
      return message === undefined ? ok(undefined) : storedRecord(message);
    });
  }

  /** Every record. */
  async loadAll(): Promise<Result<ReadAll<Stored<AuthorityRecord>>, AuthorityError>> {
    const found: Stored<AuthorityRecord>[] = [];
    return (await this.visitAll((stored) => found.push(stored)))
      .map((problems) => ({ found, problems }));
  }

  /** Every record, one after the other. */
  visitAll(
    visit: (stored: Stored<AuthorityRecord>) => void,
  ): Promise<Result<readonly RecordProblem[], AuthorityError>> {
    return this.#attempt("read the records of authority", async () => {
      const problems: RecordProblem[] = [];
      for await (const batch of this.#reader.batches(recordKey("*"))) {
        const read = readEach(batch, storedRecord);
        for (const stored of read.found) visit(stored);
        problems.push(...read.problems);
      }
      return ok(problems);
    });
  }

  /** Writes a record if it still has the revision it was read at. */
  save(
    record: AuthorityRecord,
    revision: number | undefined,
  ): Promise<Result<boolean, AuthorityError>> {
    const key = recordKey(record.deployment);
    return this.#attempt(`write the record of ${record.deployment}`, async () => {
      const { record: trimmed, moved } = trimHistory(record);
      const archived = await inParallel(
        moved,
        IN_FLIGHT,
        ({ seq, decision }) =>
          this.#archive(historyKey(record.deployment, seq), sealedText(decision)),
      );
      // What cannot be moved, because another life of the deployment left something there, stays.
      const written = archived.includes(false) ? record : trimmed;
      const context = recordContext(record.deployment);
      const text = sealedText(written, { signer: this.#signer, context });
      const refusal = refuseLarge(
        text,
        `the record of ${record.deployment}`,
        this.#link.maxPayload,
      );
      if (refusal !== undefined) return err(refusal);
      return ok(await this.#putSurely(key, text, revision));
    });
  }

  /** Writes a plan. */
  savePlan(plan: Plan): Promise<Result<void, AuthorityError>> {
    return this.#attempt(`write a plan of ${plan.deployment}`, async () => {
      const text = sealedText(plan);
      const refusal = refuseLarge(
        text,
        `plan ${plan.id} of ${plan.deployment}`,
        this.#link.maxPayload,
      );
      if (refusal !== undefined) return err(refusal);
      await this.#client.publish(subjectOf(planKey(plan.deployment, plan.id)), text);
      return ok();
    });
  }

  /** Takes back a plan that never became pending. */
  dropPlan({ deployment, id }: Plan): Promise<Result<void, AuthorityError>> {
    return this.#attempt(`take back a plan of ${deployment}`, async () => {
      const subject = subjectOf(planKey(deployment, id));
      await this.#client.publish(subject, "", { headers: TOMBSTONE });
      return ok();
    });
  }

  /** A plan of a deployment. */
  loadPlan(deployment: string, id: string): Promise<Result<Plan | undefined, AuthorityError>> {
    return this.#attempt(`read the plan ${id}`, async () => {
      if (!/^[0-9A-Z]{26}$/.test(id)) return ok(undefined);
      const message = await this.#reader.last(planKey(deployment, id));
      return message === undefined ? ok(undefined) : storedPlan(message);
    });
  }

  /** All plans of a deployment, oldest first. */
  loadPlans(deployment: string): Promise<Result<ReadAll<Plan>, AuthorityError>> {
    return this.#attempt(`read the plans of ${deployment}`, async () => {
      const { found, problems } = readEach(
        await this.#reader.allLast(planKey(deployment, "*")),
        storedPlan,
      );
      return ok({ found: [...found].sort((a, b) => a.id < b.id ? -1 : 1), problems });
    });
  }

  /** The decisions that were moved out of a record. */
  loadArchive(
    { deployment, archived = 0 }: Pick<AuthorityRecord, "deployment" | "archived">,
  ): Promise<Result<readonly Decision[], AuthorityError>> {
    return this.#attempt(`read the older history of ${deployment}`, async () => {
      if (archived === 0) return ok([]);
      const decisions: Decision[] = [];
      for (const message of await this.#reader.allLast(historyKey(deployment, "*"))) {
        const seq = Number(keyOf(message.subject).split(".")[2]);
        if (seq > archived) continue;
        const decision = readDecision(message.string()).take();
        if (isErr(decision)) {
          const key = keyOf(message.subject);
          return err(storedFaultError(decision.error, `decision ${seq}`, key, deployment));
        }
        decisions[seq - 1] = decision;
      }
      const missing = Array.from({ length: archived }, (_, i) => decisions.at(i))
        .findIndex((decision) => decision === undefined);
      return missing < 0 ? ok(decisions) : err(
        new AuthorityError(
          "record_corrupt",
          `decision ${missing + 1} of ${deployment} is missing`,
          `something other than Trellis deleted it; ${
            repairOf(historyKey(deployment, missing + 1))
          }`,
        ),
      );
    });
  }

  /** Writes a claim unless another process was faster. */
  claimSurface(
    claim: SurfaceClaim,
    revision: number | undefined,
  ): Promise<Result<Stored<SurfaceClaim> | undefined, AuthorityError>> {
    const key = surfaceKey(claim.subject);
    return this.#attempt(`claim ${claim.subject}`, async () => {
      for (let tries = 1; tries <= ATTEMPTS; tries++) {
        if (await this.#put(key, sealedText(claim), revision)) return ok(undefined);
        const message = await this.#reader.last(key);
        if (message === undefined) continue;
        const found = readClaim(message.string()).take();
        if (!isErr(found)) return ok({ value: found, revision: message.seq });
        const what = `the claim of ${claim.subject}`;
        return err(storedFaultError(found.error, what, key, claim.deployment));
      }
      throw new Error("it kept changing");
    });
  }

  /** Publishes bindings to the services of a deployment, unless newer ones are there already. */
  saveBindings(bindings: Bindings): Promise<Result<void, AuthorityError>> {
    const key = bindingsKey(bindings.deployment);
    const text = JSON.stringify(bindings);
    return this.#attempt(`write the bindings of ${bindings.deployment}`, async () => {
      for (let tries = 1;; tries++) {
        const stored = await this.#reader.last(key);
        const before = stored?.string() ?? "";
        if (before === text) return ok();
        const version = parseBindings(readJson(before))?.version ?? 0;
        if (version > bindings.version && await this.#isAccepted(bindings.deployment, version)) {
          return ok();
        }
        if (await this.#put(key, text, stored?.seq)) return ok();
        if (tries === ATTEMPTS) throw new Error("they kept changing");
      }
    });
  }

  /** Where the consumers of a deployment stood; nothing where that cannot be read. */
  loadPositions(deployment: string): Promise<Result<WorkPositions | undefined, AuthorityError>> {
    return this.#attempt(`read the positions of ${deployment}`, async () => {
      const message = await this.#reader.last(positionsKey(deployment));
      if (message === undefined) return ok(undefined);
      const newer = newerFormat(message.string(), "trellis.positions.v1");
      return newer === undefined
        ? ok(parsePositions(message.string()))
        : err(newerFormatError(`what is kept of ${deployment}`, `its format is ${newer}`));
    });
  }

  /** Keeps where the consumers of a deployment stand. */
  savePositions(positions: WorkPositions): Promise<Result<void, AuthorityError>> {
    const { deployment } = positions;
    return this.#attempt(`write the positions of ${deployment}`, async () => {
      await this.#kv.put(positionsKey(deployment), JSON.stringify(positions));
      return ok();
    });
  }

  /** The platform's policy. */
  loadPolicy(): Promise<Result<Stored<ResourcePolicy> | undefined, AuthorityError>> {
    return this.#attempt("read the platform's policy", async () => {
      const message = await this.#reader.last(POLICY_KEY);
      if (message === undefined) return ok(undefined);
      return readPolicy(message.string())
        .map((value) => ({ value, revision: message.seq }))
        .mapErr((fault) => storedFaultError(fault, "the platform's policy", POLICY_KEY));
    });
  }

  /** Writes the platform's policy if it still has the revision it was read at. */
  savePolicy(
    policy: ResourcePolicy,
    revision: number | undefined,
  ): Promise<Result<boolean, AuthorityError>> {
    return this.#attempt("write the platform's policy", async () => {
      return ok(await this.#putSurely(POLICY_KEY, sealedText(storedPolicy(policy)), revision));
    });
  }

  /** Names of all deployments of which anything is stored, sorted. */
  deployments(): Promise<Result<readonly string[], AuthorityError>> {
    return this.#attempt("list the deployments", async () => {
      const names = (await this.#reader.subjects(">")).map((subject) =>
        deploymentOf(keyOf(subject))
      );
      return ok([...new Set(names.filter((name) => name !== undefined))].sort());
    });
  }

  /** Everything that is stored of a deployment, as it was at one moment. */
  evidence(deployment: string): Promise<Result<Evidence, AuthorityError>> {
    return this.#attempt(`read all of ${deployment}`, async () => {
      for (let tries = 1;; tries++) {
        const record = await this.#reader.last(recordKey(deployment));
        const [plans, archive, bindings] = await Promise.all([
          this.#reader.allLast(planKey(deployment, "*")),
          this.#reader.allLast(historyKey(deployment, "*")),
          this.#reader.last(bindingsKey(deployment)),
        ]);
        const after = await this.#reader.last(recordKey(deployment));
        if (after?.seq !== record?.seq && tries < ATTEMPTS) continue;
        const lastToken = ({ subject }: StoredMsg) => keyOf(subject).split(".")[2] ?? "";
        return ok({
          deployment,
          record: record?.string(),
          plans: new Map(plans.map((message) => [lastToken(message), message.string()])),
          archive: new Map(
            archive.map((message) => [Number(lastToken(message)), message.string()]),
          ),
          bindings: bindings?.string(),
        });
      }
    });
  }

  /** Calls back with a deployment's name whenever its record changes, until aborted. */
  watch(changed: (deployment: string) => void, signal: AbortSignal): Promise<void> {
    return watchUpdates(this.#kv, recordKey("*"), ({ key }) => {
      const deployment = deploymentOf(key);
      if (deployment !== undefined) changed(deployment);
    }, signal);
  }

  /** False for a version of a record that was deleted, and whose deployment began again. */
  async #isAccepted(deployment: string, version: number): Promise<boolean> {
    const message = await this.#reader.last(recordKey(deployment));
    const record = message === undefined ? undefined : storedRecord(message);
    return !record?.isOk() || (record.value.value.desired?.version ?? 0) >= version;
  }

  /** Writes a key that still has a revision; false when another process was faster. */
  async #put(key: string, text: string, revision: number | undefined): Promise<boolean> {
    const write = (lastSubjectSequence: number) =>
      this.#client.publish(subjectOf(key), text, { expect: { lastSubjectSequence } });
    try {
      await write(revision ?? 0);
      return true;
    } catch (error) {
      // Nothing is sent twice, so a refusal means another process, even one that wrote the same text.
      if (!isLostRace(error)) throw error;
    }
    const stored = revision === undefined ? await this.#reader.message(key) : undefined;
    if (stored === undefined || !isTombstone(stored)) return false;
    try {
      await write(stored.seq);
      return true;
    } catch (error) {
      if (!isLostRace(error)) throw error;
      return false;
    }
  }

  /** The same; a write whose outcome is unknown is resolved by reading. */
  async #putSurely(key: string, text: string, revision: number | undefined): Promise<boolean> {
    try {
      return await this.#put(key, text, revision);
    } catch (error) {
      if (apiCode(error) !== undefined) throw error;
      // The acknowledgement was lost: what is stored now shows whether it was written.
      if ((await this.#reader.last(key))?.string() === text) return true;
      throw error;
    }
  }

  /** Writes what never changes; false when something else stands there. */
  async #archive(key: string, text: string): Promise<boolean> {
    return await this.#put(key, text, undefined) ||
      (await this.#reader.last(key))?.string() === text;
  }

  #attempt<T>(
    doing: string,
    work: () => Promise<Result<T, AuthorityError>>,
  ): Promise<Result<T, AuthorityError>> {
    return attempt(this.#link, doing, work);
  }
}
