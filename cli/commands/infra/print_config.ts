import { join } from "node:path";
import { isErr } from "../../../contracts/result.ts";
import { openKeyFolder } from "../../nats_server/security/key_folder.ts";
import { serverKeysOf } from "../../nats_server/security/key_material.ts";
import { productionServerConfig } from "../../nats_server/security/server_config.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";

/** What the command line says about the server. */
export interface PrintConfigValues {
  readonly keys: string | undefined;
  readonly tlsCert: string;
  readonly tlsKey: string;
  readonly store: string;
  readonly log: string;
  readonly origin: readonly string[];
}

/** The folder with the keys of a project, unless another one is named. */
export function keysDirOf(keys: string | undefined, context: CommandContext): string {
  return keys ?? join(context.globals.project, ".trellis", "keys");
}

/** Prints the configuration of a production server for the keys of a folder. */
export async function printConfig(
  { keys: keysDir, tlsCert, tlsKey, store, log, origin }: PrintConfigValues,
  context: CommandContext,
): Promise<ExitCode> {
  const dir = keysDirOf(keysDir, context);
  const keys = (await openKeyFolder(dir)).take();
  if (isErr(keys)) return failed(context, keys.error);
  // The configuration is the data itself, with and without --json.
  context.terminal.out.exact(productionServerConfig(serverKeysOf(keys), {
    certificate: tlsCert,
    certificateKey: tlsKey,
    store,
    log,
    origins: origin,
  }));
  context.output.talk(`made for the keys in ${dir}: keep them secret, and give them to Trellis`);
  return EXIT_CODE.ok;
}
