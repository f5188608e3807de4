import { sessionOf } from "../../../contracts/identity/caller.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { SessionContract } from "../../../contracts/stored/session_record.ts";
import { deviceSession } from "../../platform/device_session.ts";
import type { SessionRecords } from "../../platform/sessions/session_records.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/** Devices that are to be provisioned. */
export interface NewDevices {
  readonly publicKeys: readonly string[];
  readonly contract: SessionContract;
  /** Whether they come in at once. */
  readonly activate: boolean;
  readonly by: string;
  readonly signal: AbortSignal;
  /** Told how many are done. */
  readonly onAdded?: (done: number) => void;
}

/** A device that was to be provisioned. */
export interface AddedDevice {
  readonly device: string;
  readonly publicKey: string;
  readonly state: "waits" | "active" | "key_taken";
}

/** Provisions devices, one after the other. Of several the keys that are taken are left out, and told. */
export async function provisionDevices(
  { publicKeys, contract, activate, by, signal, onAdded }: NewDevices,
  records: SessionRecords,
): Promise<Result<readonly AddedDevice[], ExplainedError>> {
  const added: AddedDevice[] = [];
  for (const publicKey of publicKeys) {
    if (signal.aborted) {
      return err({ code: "interrupted", message: `stopped after ${added.length}` });
    }
    const createdAt = new Date().toISOString();
    const record = deviceSession(publicKey, contract, { createdAt, activate });
    const details = {
      contract: contract.id,
      ...(activate ? undefined : { activation: "pending" }),
    };
    const opened = (await records.add(record, by, details)).take();
    const isTaken = isErr(opened) && opened.error.code === "key_taken";
    if (isErr(opened) && (!isTaken || publicKeys.length === 1)) return opened;
    const state = isTaken ? "key_taken" : activate ? "active" : "waits";
    added.push({ device: sessionOf(publicKey), publicKey, state });
    onAdded?.(added.length);
  }
  return ok(added);
}
