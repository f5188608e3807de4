import { relative } from "node:path";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { usedContracts } from "../../../contracts/discovery/used_contracts.ts";
import { isContractId } from "../../../contracts/manifest/names.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { asyncApiDocument } from "../../export/asyncapi_document.ts";
import type { ExportForm } from "../../export/export_form.ts";
import type { ExportedContract } from "../../export/exported_contract.ts";
import { exportedFromManifest, exportedFromRecords } from "../../export/exported_from.ts";
import { jsonSchemaDocument } from "../../export/json_schema_document.ts";
import { openApiDocument } from "../../export/openapi_document.ts";
import { writeWhole } from "../../files/write_whole.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { withConnection } from "../../program/with_connection.ts";
import { printableJson } from "../../terminal/printable.ts";
import { contractSource } from "../contract/contract_source.ts";
import { readContracts } from "../contract/read_contract.ts";

/** What the command was told. */
interface ExportValues {
  readonly form: ExportForm;
  /** Undefined: all contracts of the project. */
  readonly contract: string | undefined;
  /** What is accepted there, instead of a contract. */
  readonly deployment: string | undefined;
  /** Undefined: standard output. */
  readonly out: string | undefined;
}

const DOCUMENTS: Readonly<
  Record<ExportForm, (contracts: readonly ExportedContract[]) => JsonObject>
> = {
  "asyncapi": asyncApiDocument,
  "openapi": openApiDocument,
  "json-schema": jsonSchemaDocument,
};

/** Writes a document that describes contracts. */
export async function exportContracts(
  { contract, deployment, ...values }: ExportValues,
  context: CommandContext,
): Promise<ExitCode> {
  if (deployment === undefined) {
    return await write(await fromProject(contract, context), values, context);
  }
  if (contract !== undefined) return failed(context, BOTH);
  return await withConnection(context, async ({ authority }) => {
    const record = (await authority.show(deployment)).take();
    if (isErr(record)) return failed(context, record.error);
    const records = (await authority.list()).take();
    if (isErr(records)) return failed(context, records.error);
    const accepted = exportedFromRecords(deployment, records);
    return accepted === undefined
      ? failed(context, nothingAccepted(deployment))
      : await write(ok([accepted]), values, context);
  });
}

async function write(
  contracts: Result<readonly ExportedContract[], ExplainedError>,
  { form, out }: Pick<ExportValues, "form" | "out">,
  context: CommandContext,
): Promise<ExitCode> {
  if (contracts.isErr()) return failed(context, contracts.error);
  const document = DOCUMENTS[form](contracts.orThrow());
  const text = printableJson(document, 2);
  if (out === undefined) {
    context.output.data(document, text);
    return EXIT_CODE.ok;
  }
  const written = (await writeWhole(out, `${text}\n`)).take();
  if (isErr(written)) return failed(context, written.error);
  const ids = contracts.orThrow().map(({ manifest: { id } }) => id);
  context.output.data(
    { file: out, form, contracts: ids },
    `wrote ${relative(".", out) || out}: ${ids.join(", ")}`,
  );
  return EXIT_CODE.ok;
}

/** The contract that was named, or all of the project, sorted by id. */
async function fromProject(
  named: string | undefined,
  { globals: { project }, signal }: CommandContext,
): Promise<Result<readonly ExportedContract[], ExplainedError>> {
  const id = named !== undefined && isContractId(named) ? named : undefined;
  const source = id === undefined && named !== undefined
    ? (await contractSource(named, { project, signal })).take()
    : { kind: "project", path: project } as const;
  if (isErr(source)) return source;
  const read = (await readContracts(source, { project, signal })).take();
  if (isErr(read)) return read;
  const found = read.contracts
    .map(({ used, ...contract }) => exportedFromManifest(contract, usedContracts(used)))
    .sort((a, b) => a.manifest.id < b.manifest.id ? -1 : 1);
  if (id === undefined) return ok(found);
  const one = found.filter(({ manifest }) => manifest.id === id);
  if (one.length > 0) return ok(one);
  return err({
    code: "not_found",
    message: `${project} has no contract ${id}`,
    hint: `it has ${found.map(({ manifest }) => manifest.id).join(", ")}`,
  });
}

const BOTH: ExplainedError = {
  code: "usage",
  message: "--deployment names what is accepted there, and a contract was named as well",
  hint: "leave one of them out",
};

function nothingAccepted(deployment: string): ExplainedError {
  return {
    code: "approval_pending",
    message: `nothing is accepted for ${deployment} yet`,
    hint: "decide its plan, and run this again",
    command: ["svc", deployment, "authority", "plan", "list"],
  };
}
