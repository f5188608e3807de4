import type { Contract } from "../../contracts/define/contract.ts";
import { contractOfManifest } from "../../contracts/define/contract_of_manifest.ts";
import { discoverContracts, discoverFiles } from "../../contracts/discovery/discovery.ts";
import { usedContracts } from "../../contracts/discovery/used_contracts.ts";
import { isContractId } from "../../contracts/manifest/names.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { CommandContext, ExplainedError } from "../program/command_context.ts";

/**
 * The contract of an agent, with those that it uses, as its file has them.
 *
 * @param named the id of one of the project, or its file
 */
export async function agentContract(
  named: string,
  { globals: { project }, signal }: Pick<CommandContext, "globals" | "signal">,
): Promise<Result<Contract, ExplainedError>> {
  const isId = isContractId(named);
  const { contracts, problems } = isId
    ? await discoverContracts({ project, signal })
    : await discoverFiles([named], { signal });
  const found = isId ? contracts.find(({ id }) => id === named) : contracts[0];
  if (found === undefined) {
    const why = problems.map(({ file, message }) => `${file}: ${message}`);
    const ids = contracts.map(({ id }) => id).join(", ");
    return err({
      code: isId ? "not_found" : "contract_problems",
      message: [isId ? `${project} has no contract ${named}` : `${named} is no contract`, ...why]
        .join("; "),
      hint: ids === "" ? "name its file, or the project with --project" : `it has ${ids}`,
    });
  }
  if (found.kind !== "agent") {
    const message = `${found.id} is a contract of kind ${found.kind}, which no agent runs`;
    return err({ code: "contract_mismatch", message, hint: "define it by defineAgentContract" });
  }
  return ok(contractOfManifest(found, usedContracts(found.used)));
}
