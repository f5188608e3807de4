import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";
import { acceptedContracts } from "../platform/accepted_contracts.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { type CallerLink, NO_ADMIN } from "../program/connect_command.ts";
import { connectAs, type LinkAs } from "./session_as.ts";

/** In whose place a command acts, as it was told. */
export interface AsValues {
  /** As `user:ada`; undefined: as who is logged in. */
  readonly as: string | undefined;
  /** What they run then. */
  readonly contract: string | undefined;
}

/** The connection over which something is asked. Disposing of it closes no connection of the command. */
export async function linkAs(
  { as, contract }: AsValues,
  link: CallerLink,
  by: string,
): Promise<Result<AsyncDisposable & Pick<LinkAs, "messaging">, ExplainedError>> {
  if (as === undefined) {
    return contract === undefined
      ? ok({ messaging: link.messaging, [Symbol.asyncDispose]: () => Promise.resolve() })
      : err(NOBODY_RUNS_IT);
  }
  const { authority } = link;
  if (authority === undefined) return err(NO_ADMIN);
  return await connectAs({ as, contract }, { ...link, authority }, by);
}

/** What is accepted, by contract; undefined for somebody who cannot read it. */
export async function readAccepted(
  { authority }: Pick<CallerLink, "authority">,
): Promise<Result<ByKey<Needs> | undefined, ExplainedError>> {
  if (authority === undefined) return ok(undefined);
  const records = (await authority.list()).take();
  return isErr(records) ? records : ok(acceptedContracts(records));
}

const NOBODY_RUNS_IT: ExplainedError = {
  code: "usage",
  message: "--contract says what somebody runs, and --as does not say who",
  hint: "leave it out, or name them, as --as user:ada",
};
