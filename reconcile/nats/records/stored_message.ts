import {
  isDeletionMarker,
  KV_OPERATION_HEADER,
} from "../../../runtime/nats/jetstream/deletion_marker.ts";
import { headers } from "@nats-io/nats-core";
import type { StoredMsg } from "@nats-io/jetstream";
import { err, type Result } from "../../../contracts/result.ts";
import { AuthorityError } from "../../records/authority_error.ts";
import type { ReadAll, RecordProblem, Stored } from "../../records/record_store.ts";
import { readPlan, readRecord } from "../../records/read_stored.ts";
import type { AuthorityRecord, Plan } from "../../records/authority_record.ts";
import { storedFaultError } from "../../records/stored_fault_error.ts";
import { natsFailure } from "../buckets/jetstream_failure.ts";
import { deploymentOf, keyOf } from "./authority_keys.ts";
import type { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";

/** Says of a key, as every KV client does, that nothing is stored under it any more. */
export const TOMBSTONE = headers();
TOMBSTONE.set(KV_OPERATION_HEADER, "DEL");

/** Whether a stored message says that its key was deleted. */
export function isTombstone({ header }: StoredMsg): boolean {
  return isDeletionMarker((name) => header?.get(name));
}

/** Reads a message that holds a record. */
export function storedRecord(message: StoredMsg): Result<Stored<AuthorityRecord>, AuthorityError> {
  const key = keyOf(message.subject);
  const name = deploymentOf(key) ?? "";
  return readRecord(message.string(), name)
    .map((value) => ({ value, revision: message.seq }))
    .mapErr((fault) => storedFaultError(fault, `the record of ${name}`, key, name));
}

/** Reads a message that holds a plan. */
export function storedPlan(message: StoredMsg): Result<Plan, AuthorityError> {
  const key = keyOf(message.subject);
  const name = deploymentOf(key) ?? "";
  const id = key.split(".")[2] ?? "";
  return readPlan(message.string(), name, id)
    .mapErr((fault) => storedFaultError(fault, `plan ${id}`, key, name));
}

/** Reads messages one by one; what is wrong with one does not hide the others. */
export function readEach<T>(
  messages: readonly StoredMsg[],
  read: (message: StoredMsg) => Result<T, AuthorityError>,
): ReadAll<T> {
  const found: T[] = [];
  const problems: RecordProblem[] = [];
  for (const message of messages) {
    const value = read(message);
    if (value.isOk()) {
      found.push(value.value);
      continue;
    }
    const deployment = deploymentOf(keyOf(message.subject)) ?? "";
    problems.push({ deployment, error: value.error });
  }
  return { found, problems };
}

/** Does what needs the server; what goes wrong on the way is `unavailable`. */
export async function attempt<T>(
  link: ConnectionGate,
  doing: string,
  work: () => Promise<Result<T, AuthorityError>>,
): Promise<Result<T, AuthorityError>> {
  try {
    return await link.use(work);
  } catch (cause) {
    return err(unavailable(doing, cause));
  }
}

/** Something that could not be done because of the server, or of the way to it. */
function unavailable(doing: string, cause: unknown): AuthorityError {
  const { reason, hint } = natsFailure(cause);
  return new AuthorityError("unavailable", `could not ${doing}: ${reason}`, hint, { cause });
}
