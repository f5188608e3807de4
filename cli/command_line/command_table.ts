import { type CommandSpec, type Option, optionName } from "./command_spec.ts";
import { globalOptions, standaloneOptions } from "./global_options.ts";
import { type RouteNode, routeTree } from "./route.ts";

/** Commands that belong together in help. */
export interface CommandGroup {
  readonly title: string;
  /** The beginning that all share and help leaves out, as `svc <deployment> authority`. */
  readonly prefix: string;
  readonly commands: readonly CommandSpec[];
}

/** All commands, as parsing, help and completion read them. */
export interface CommandTable {
  /** In the order of help. */
  readonly groups: readonly CommandGroup[];
  readonly commands: readonly CommandSpec[];
  /** Where every command line begins. */
  readonly root: RouteNode;
  /** Every option of any command by its name; a name takes a value everywhere or nowhere. */
  readonly optionsByName: ReadonlyMap<string, Option>;
}

/** Puts a table together from its groups. */
export function commandTable(groups: readonly CommandGroup[]): CommandTable {
  const commands = groups.flatMap((group) => group.commands);
  const options = [globalOptions, standaloneOptions, ...commands.map(({ options }) => options)];
  return {
    groups,
    commands,
    root: routeTree(commands),
    optionsByName: new Map(
      options.flatMap((named) => Object.entries<Option>(named))
        .map(([key, option]) => [optionName(key), option]),
    ),
  };
}

/** Whether an option is followed by a value; undefined for what is no option of any command. */
export function takesValue({ optionsByName }: CommandTable, name: string): boolean | undefined {
  const option = optionsByName.get(name);
  return option && option.type !== undefined;
}
