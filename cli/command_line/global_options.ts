import type { GlobalOptions } from "../program/global_options.ts";
import { flag, type Option, option, optionOr } from "./command_spec.ts";
import { err, ok } from "../../contracts/result.ts";
import { isDomain } from "../../runtime/nats/link/js_domain.ts";
import { quote } from "./quote.ts";
import { path, text, type ValueType } from "./value_type.ts";

const domain: ValueType<string> = {
  ...text("name"),
  read: (given) =>
    isDomain(given) ? ok(given) : err(`must be one word without dots, not ${quote(given)}`),
};

/** The specification of {@link GlobalOptions}, in the order of help. */
export const globalOptions = {
  json: flag("Answer in JSON, one document a line"),
  nats: option(text("url"), "Use this NATS server (else NATS_URL, else one is found)"),
  domain: option(domain, "JetStream domain of that server, behind a leaf node (else NATS_DOMAIN)"),
  project: optionOr(path("dir", "directory"), ".", "Directory of the project"),
  noColor: flag("Print without colours (also NO_COLOR)"),
  quiet: flag("Print results and errors only"),
} as const satisfies { [K in keyof GlobalOptions]: Option };

/** Options that end the command line where they stand. */
export const standaloneOptions = {
  help: flag("Show help, for a command when one is named (-h)"),
  version: flag("Show the version (-V)"),
} as const;
