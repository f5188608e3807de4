import { sessionOf } from "../../../contracts/identity/caller.ts";
import { isErr } from "../../../contracts/result.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { letInInstance } from "./let_in_instance.ts";
import { newKey } from "./new_key.ts";
import { withSessions } from "./with_sessions.ts";

/** What the command was told. */
export interface AddSessionValues {
  readonly deployment: string;
  readonly keys: string | undefined;
  readonly publicKey: string | undefined;
}

/** Lets in an instance of a service that runs elsewhere, and prints the secret of its key. */
export async function addSession(
  { deployment, keys, publicKey: given }: AddSessionValues,
  context: CommandContext,
): Promise<ExitCode> {
  const key = newKey(given).take();
  if (isErr(key)) return failed(context, key.error);
  const { publicKey, seed } = key;
  return await withSessions({ keys }, context, async (sessions, { connection }) => {
    const authority = (await openAuthority(connection)).take();
    if (isErr(authority)) return failed(context, authority.error);
    const asked = { deployment, publicKey, by: context.by };
    const added = (await letInInstance(asked, authority, sessions.records)).take();
    if (isErr(added)) return failed(context, added.error);
    const session = sessionOf(publicKey);
    context.output.data(
      { deployment, session, publicKey, ...(seed === undefined ? {} : { seed }) },
      () => seed ?? session,
    );
    context.output.talk(`let in ${session}; trellis sessions revoke ${session} ends it`);
    return EXIT_CODE.ok;
  });
}
