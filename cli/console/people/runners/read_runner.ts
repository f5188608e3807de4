import { contractName } from "../../../../contracts/manifest/names.ts";
import { err, isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { HistoryLine } from "../../../../reconcile/audit/merged_history.ts";
import type { AuthorityRecord } from "../../../../reconcile/records/authority_record.ts";
import type { RunnerKind } from "../../../commands/sessions/runner_contract.ts";
import { type KeptState, keptState } from "../../../commands/state/kept_state.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { Visitor } from "../../visitor.ts";
import { linesAbout } from "../audit/read_lines.ts";
import { type Held, readHeld } from "../grants/read_held.ts";
import { type KnownSession, readSessions, whoIsThere } from "../sessions/read_sessions.ts";

/** Something that a contract lets its holder call. */
export interface UsedRpc {
  readonly contract: string;
  readonly name: string;
  /** Capabilities that it takes, by global key. */
  readonly capabilities: readonly string[];
}

/** A device or an agent, and what there is of it. */
export interface Runner {
  readonly id: string;
  /** Its keys, the newest first; an agent may have had several. */
  readonly sessions: readonly [KnownSession, ...KnownSession[]];
  /** The deployment of its contract. */
  readonly deployment: string | undefined;
  /** Whether its contract is accepted. */
  readonly isAccepted: boolean;
  /** What its contract lets it call. */
  readonly calls: readonly UsedRpc[];
  readonly held: Held;
  readonly kept: readonly KeptState[] | undefined;
  /** The newest first. */
  readonly lines: readonly HistoryLine[];
}

/** Reads what there is of a device or an agent. Errors: `not_found`. */
export async function readRunner(
  kind: RunnerKind,
  id: string,
  visitor: Visitor,
  asked: { readonly connections: boolean },
): Promise<Result<Runner, ExplainedError>> {
  const read =
    (await readSessions(visitor, ({ principal }) => principal.kind === kind && principal.id === id))
      .take();
  if (isErr(read)) return read;
  const [newest, ...older] = asked.connections ? (await whoIsThere(read, visitor)).sessions : read;
  if (newest === undefined) return err(noRunner(kind, id));
  const records = (await visitor.authority.list()).take();
  if (isErr(records)) return records;
  const held = (await readHeld({ kind, id }, visitor)).take();
  if (isErr(held)) return held;
  const lines = (await linesAbout(id, visitor)).take();
  if (isErr(lines)) return lines;
  const target = kind === "device"
    ? { scope: "deviceApp", deviceId: id } as const
    : { scope: "agentApp", agentId: id } as const;
  const kept = (await keptState(target, visitor)).take();
  const { contract } = newest.record;
  const record = records.find(({ desired }) => desired?.needs.contract === contract?.id);
  return ok({
    id,
    sessions: [newest, ...older],
    deployment: contract && contractName(contract.id),
    isAccepted: contract !== undefined &&
      (record?.desired?.digests.includes(contract.digest) ?? false),
    calls: record === undefined ? [] : callsOf(record, records),
    held,
    kept: isErr(kept) ? undefined : kept,
    lines,
  });
}

function callsOf(
  { desired }: AuthorityRecord,
  records: readonly AuthorityRecord[],
): readonly UsedRpc[] {
  return Object.entries(desired?.needs.contracts ?? {}).flatMap(([contract, { selections }]) => {
    const used = records.find((record) => record.desired?.needs.contract === contract);
    const surfaces = Object.values(used?.desired?.needs.surfaces ?? {});
    return selections.flatMap((selection) => {
      const [, name] = selection.split("rpc.call:");
      if (name === undefined) return [];
      const surface = surfaces.find((surface) => surface.kind === "rpc" && surface.name === name);
      return [{ contract, name, capabilities: surface?.capabilities.call ?? [] }];
    });
  });
}

/** There is no such device or agent. */
export function noRunner(kind: RunnerKind, id: string): ExplainedError {
  return {
    code: "not_found",
    message: `there is no ${kind} ${id}`,
    hint: `the list of ${kind}s shows all`,
  };
}
