import { sessionOf } from "../../../contracts/identity/caller.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { handingOut } from "./hand_out_secret.ts";
import { letInInstance } from "./let_in_instance.ts";
import { newKey } from "./new_key.ts";
import { withSessions } from "./with_sessions.ts";

/** What the command was told. */
export interface AddSessionValues {
  readonly deployment: string;
  readonly keys: string | undefined;
  readonly publicKey: string | undefined;
  /** How many instances are let in. */
  readonly count: number;
  /** The file of their secrets; undefined: they are printed. */
  readonly out: string | undefined;
}

/** Lets in instances of a service that run elsewhere, and hands out the secrets of their keys. */
export async function addSession(
  { deployment, keys: keysDir, publicKey: given, count, out }: AddSessionValues,
  context: CommandContext,
): Promise<ExitCode> {
  if (given !== undefined && (out !== undefined || count > 1)) {
    const message = "--out and --count are for keys that are made here";
    return failed(context, { code: "usage", message, hint: "leave --public-key or them away" });
  }
  const key = newKey(given).take();
  if (isErr(key)) return failed(context, key.error);
  const others = Array.from({ length: count - 1 }, () => newKey(undefined).orThrow());
  const made = [key, ...others];
  return await withSessions({ keys: keysDir }, context, async (sessions, { connection }) => {
    const authority = (await openAuthority(connection)).take();
    if (isErr(authority)) return failed(context, authority.error);
    const letIn = async (): Promise<Result<void, ExplainedError>> => {
      for (const { publicKey } of made) {
        const asked = { deployment, publicKey, by: context.by };
        const added = await letInInstance(asked, authority, sessions.records);
        if (added.isErr()) return added;
      }
      return ok();
    };
    const seeds = made.flatMap(({ seed }) => seed ?? []);
    const added = (await (seeds.length === 0 ? letIn() : handingOut(seeds.join("\n"), out, letIn)))
      .take();
    if (isErr(added)) return failed(context, added.error);
    for (const { publicKey, seed } of made) {
      const session = sessionOf(publicKey);
      const shown = out === undefined ? seed : undefined;
      context.output.data(
        { deployment, session, publicKey, ...(shown === undefined ? {} : { seed: shown }) },
        () => shown ?? session,
      );
      context.output.talk(`let in ${session}; trellis sessions revoke ${session} ends it`);
    }
    return EXIT_CODE.ok;
  });
}
