import { canonicalJson } from "../../../contracts/json/canonical_json.ts";
import { isErr } from "../../../contracts/result.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { readJsonFile } from "../../program/input/json_source.ts";
import { contractSource } from "./contract_source.ts";
import { readContracts } from "./read_contract.ts";

/** Prints the digest of a contract. */
export async function printDigest(
  { file }: { readonly file: string },
  context: CommandContext,
): Promise<ExitCode> {
  const { signal, globals: { project } } = context;
  const source = (await contractSource(file, { project, signal })).take();
  if (isErr(source)) return failed(context, source.error);
  const read = (await readContracts(source, { project, signal })).take();
  if (isErr(read)) return failed(context, read.error);
  const [contract] = read.contracts;
  if (read.isProject || contract === undefined) {
    const message = `${file} is not one contract`;
    return failed(context, { code: "not_a_manifest", message, hint: "name a file in it" });
  }
  context.output.data({ digest: contract.digest }, contract.digest);
  return EXIT_CODE.ok;
}

/** Prints JSON in its canonical form. */
export async function printCanonical(
  { file }: { readonly file: string },
  context: CommandContext,
): Promise<ExitCode> {
  const read = await readJsonFile(file);
  if (read.isErr()) return failed(context, read.error);
  try {
    // The canonical text is the data itself, with and without --json.
    context.terminal.out.exact(`${canonicalJson(read.value)}\n`);
    return EXIT_CODE.ok;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed(context, { code: "not_canonical", message: `${file}: ${message}` });
  }
}
