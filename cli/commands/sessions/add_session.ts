import { sessionOf } from "../../../contracts/identity/caller.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { decodePublicKey } from "../../../contracts/identity/nkey.ts";
import { isErr } from "../../../contracts/result.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { serviceSession } from "../../platform/service_sessions.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { withSessions } from "./with_sessions.ts";

/** What the command was told. */
export interface AddSessionValues {
  readonly deployment: string;
  readonly keys: string | undefined;
  readonly "public-key": string | undefined;
}

/** Lets in an instance of a service that runs elsewhere, and prints the secret of its key. */
export async function addSession(
  { deployment, keys, "public-key": given }: AddSessionValues,
  context: CommandContext,
): Promise<ExitCode> {
  if (given !== undefined && decodePublicKey("user", given) === undefined) {
    const message = "--public-key is not the public key of a user";
    const hint = "it begins with U; a seed begins with SU and stays where it was made";
    return failed(context, { code: "usage", message, hint });
  }
  return await withSessions({ keys }, context, async (sessions, { connection }) => {
    const authority = (await openAuthority(connection)).take();
    if (isErr(authority)) return failed(context, authority.error);
    const record = (await authority.show(deployment)).take();
    if (isErr(record)) return failed(context, record.error);
    const key = given === undefined ? KeyPair.generate("user") : undefined;
    const publicKey = given ?? key?.publicKey ?? "";
    const opened = serviceSession(deployment, publicKey, new Date().toISOString());
    const added = (await sessions.add(opened, context.by)).take();
    if (isErr(added)) return failed(context, added.error);
    const session = sessionOf(publicKey);
    const seed = key?.seed;
    context.output.data(
      { deployment, session, publicKey, ...(seed === undefined ? {} : { seed }) },
      () => seed ?? session,
    );
    context.output.talk(`let in ${session}; trellis sessions revoke ${session} ends it`);
    return EXIT_CODE.ok;
  });
}
