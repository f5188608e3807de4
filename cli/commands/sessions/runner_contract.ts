import { join } from "node:path";
import { type BundledContract, parseBundle } from "../../../contracts/manifest/bundle.ts";
import { contractName, isContractId } from "../../../contracts/manifest/names.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { SessionContract } from "../../../contracts/stored/session_record.ts";
import type { Authority } from "../../../reconcile/authority/authority.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import type { CommandContext, ExplainedError } from "../../program/command_context.ts";
import { readJsonFile } from "../../program/input/json_source.ts";
import type { SessionsServer } from "./with_sessions.ts";

/** What runs a contract of its own kind, with a key that an admin lets in. */
export type RunnerKind = "device" | "agent";

/**
 * What devices or agents run under, as it is accepted. A contract of the project that is new is presented;
 * then a person decides. Errors: `usage`, `not_found`, `contract_mismatch`, `approval_pending`.
 */
export async function runnerContract(
  kind: RunnerKind,
  id: string,
  { connection, signer }: Pick<SessionsServer, "connection" | "signer">,
  { globals, by, output }: Pick<CommandContext, "globals" | "by" | "output">,
): Promise<Result<SessionContract, ExplainedError>> {
  if (!isContractId(id)) {
    const message = `${id} is not the id of a contract`;
    return err({ code: "usage", message, hint: "it looks like wall-display@v1" });
  }
  const authority = (await openAuthority(connection, { signer })).take();
  if (isErr(authority)) return authority;
  const contracts = await projectContracts(globals.project);
  const written = contracts?.find((found) => found.id === id);
  if (written !== undefined && written.manifest.kind !== kind) {
    return err(wrongKind(id, written.manifest.kind, kind));
  }
  if (written !== undefined) {
    const [presented] = await authority.present([written], { mode: "strict", by });
    if (presented?.isErr()) return err(presented.error);
  }
  const accepted = (await acceptedContract(kind, id, authority)).take();
  if (isErr(accepted)) {
    const isUnread = contracts === undefined && accepted.error.code === "not_found";
    return isUnread ? err(unread(id, globals.project)) : accepted;
  }
  const { isPending, ...contract } = accepted;
  if (isPending) output.talk(`${waiting(id).message}; ${kind}s run the old one`);
  return ok(contract);
}

/**
 * What is accepted of a contract that devices or agents run, and whether something newer of it waits for a
 * decision. Errors: `not_found`, `contract_mismatch`, `approval_pending`.
 */
export async function acceptedContract(
  kind: RunnerKind,
  id: string,
  authority: Pick<Authority, "show">,
): Promise<Result<SessionContract & { readonly isPending: boolean }, ExplainedError>> {
  const record = (await authority.show(contractName(id))).take();
  if (isErr(record)) {
    return err(record.error.code === "deployment_not_found" ? unknown(id) : record.error);
  }
  const needs = record.desired?.needs;
  if (needs?.contract !== id) {
    return err(record.pending === undefined ? unknown(id) : waiting(id));
  }
  if (needs.kind !== kind) return err(wrongKind(id, needs.kind, kind));
  return ok({ id, digest: needs.digest, isPending: record.pending !== undefined });
}

/** The contracts of a project as they were last read; undefined where they were not. */
async function projectContracts(
  project: string,
): Promise<readonly BundledContract[] | undefined> {
  const read = await readJsonFile(join(project, ".trellis", "manifest.json"));
  const bundle = read.isOk() ? parseBundle(read.value) : read;
  return bundle.isOk() ? bundle.value.contracts : undefined;
}

function wrongKind(id: string, kind: string, runner: RunnerKind): ExplainedError {
  const message = `${id} is a contract of kind ${kind}, which no ${runner} may run`;
  const define = runner === "device" ? "defineDeviceContract" : "defineAgentContract";
  return { code: "contract_mismatch", message, hint: `define it by ${define}` };
}

function waiting(id: string): ExplainedError {
  return {
    code: "approval_pending",
    message: `${id} waits until a person accepts what it asks for`,
    hint: "decide its plan, and run this again",
    command: ["svc", contractName(id), "authority", "plan", "list"],
  };
}

function unread(id: string, project: string): ExplainedError {
  return {
    code: "not_found",
    message: `nothing of ${id} is accepted, and the contracts of ${project} were not built yet`,
    hint: "build them, and run this again",
    command: ["contract", "build"],
  };
}

function unknown(id: string): ExplainedError {
  return {
    code: "not_found",
    message: `nothing of ${id} is accepted, and the project has no such contract`,
    hint: "run this where its file is, or name that with --project; the project is read by",
    command: ["contract", "build"],
  };
}
