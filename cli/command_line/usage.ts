import { commandText } from "../program/command_text.ts";
import { type Argument, type CommandSpec, type Option, optionName } from "./command_spec.ts";

/** `<key>`, `[dir]`, `[path ...]`. */
export function argumentUsage({ type, mode }: Argument): string {
  if (mode === "required") return `<${type.placeholder}>`;
  return mode === "many" ? `[${type.placeholder} ...]` : `[${type.placeholder}]`;
}

/** `--state <state>`, `--yes`. */
export function optionUsage(key: string, { type }: Option): string {
  return type === undefined ? optionName(key) : `${optionName(key)} <${type.placeholder}>`;
}

/** Words and arguments: `kv get <service> <alias> <key>`. */
export function pathUsage(command: CommandSpec): string {
  return command.path
    .map((step) => typeof step === "string" ? step : argumentUsage(step)).join(" ");
}

/** `trellis kv ls <service> <alias> [options]`; options that have to be there are spelled out. */
export function commandUsage(command: CommandSpec): string {
  const required = Object.entries(command.options)
    .filter(([, option]) => option.mode === "required")
    .map(([key, option]) => optionUsage(key, option));
  return ["trellis", pathUsage(command), ...required, "[options]"].join(" ");
}

/** What follows a complaint: how the command is used, and where there is more. */
export function usageHint(command: CommandSpec): string {
  const words = command.path.filter((step) => typeof step === "string");
  return `Usage: ${commandUsage(command)}\nMore:  ${commandText([...words, "--help"])}`;
}
