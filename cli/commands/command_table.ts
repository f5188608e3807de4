import { authorityCommands, overallAuthorityCommands } from "./authority/authority_commands.ts";
import { type CommandSpec, type Option, optionName } from "../command_line/command_spec.ts";
import { contractCommands } from "./contract/contract_commands.ts";
import { dataCommands } from "./kv/kv_commands.ts";
import { globalOptions, standaloneOptions } from "../command_line/global_options.ts";
import { policyCommands } from "./policy/policy_commands.ts";
import { projectCommands } from "./project/project_commands.ts";
import { storeCommands } from "./store/store_commands.ts";

/** Commands that belong together in help. */
export interface CommandGroup {
  readonly title: string;
  /** The beginning that all share and help leaves out, as `svc <deployment> authority`. */
  readonly prefix: string;
  readonly commands: readonly CommandSpec[];
}

/** Every command, in the order of help. */
export const commandGroups: readonly CommandGroup[] = [
  { title: "Project", prefix: "", commands: projectCommands },
  { title: "Contracts", prefix: "", commands: contractCommands },
  {
    title: "Authority of a deployment: trellis svc <deployment> authority ...",
    prefix: "svc <deployment> authority",
    commands: authorityCommands,
  },
  { title: "Authority of all deployments", prefix: "", commands: overallAuthorityCommands },
  { title: "Platform", prefix: "", commands: policyCommands },
  { title: "Data", prefix: "", commands: dataCommands },
  { title: "Blob stores", prefix: "", commands: storeCommands },
];

/** Every command. */
export const commands: readonly CommandSpec[] = commandGroups.flatMap((group) => group.commands);

/** Every option of any command by its name; a name takes a value everywhere or nowhere. */
export const optionsByName: ReadonlyMap<string, Option> = new Map(
  [globalOptions, standaloneOptions, ...commands.map((command) => command.options)]
    .flatMap((options) => Object.entries<Option>(options))
    .map(([key, option]) => [optionName(key), option]),
);

/** Whether an option is followed by a value; undefined for what is no option of any command. */
export function takesValue(name: string): boolean | undefined {
  const option = optionsByName.get(name);
  return option && option.type !== undefined;
}
