import type { GlobalOptions } from "../program/global_options.ts";
import { flag, type Option, option, optionOr } from "./command_spec.ts";
import { path, text } from "./value_type.ts";

/** The specification of {@link GlobalOptions}, in the order of help. */
export const globalOptions = {
  json: flag("Answer in JSON, one document a line"),
  nats: option(text("url"), "Use this NATS server (else NATS_URL, else one is found)"),
  project: optionOr(path("dir", "directory"), ".", "Directory of the project"),
  noColor: flag("Print without colours (also NO_COLOR)"),
  quiet: flag("Print results and errors only"),
} as const satisfies { [K in keyof GlobalOptions]: Option };

/** Options that end the command line where they stand. */
export const standaloneOptions = {
  help: flag("Show help, for a command when one is named (-h)"),
  version: flag("Show the version (-V)"),
} as const;
