import { isErr } from "../../../contracts/result.ts";
import { readPortalAddress } from "../../../reconcile/nats/users/portal_address.ts";
import type { OidcProvider } from "../../oidc/oidc_provider.ts";
import { oidcFile, openProviders, redirectUriOf } from "../../oidc/open_providers.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { connectCommand } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { noFile } from "../../program/input/json_source.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { printable } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/terminal.ts";

/** Stands for the address of a portal that does not run. */
const PORTAL = "http://127.0.0.1:<port>";

interface CheckedProvider {
  readonly name: string;
  readonly issuer: string;
  readonly redirectUri: string;
  /** Missing where the provider answers as it must. */
  readonly problem?: string;
}

/** Checks the providers of a project. */
export async function checkProviders(context: CommandContext): Promise<ExitCode> {
  const { output, globals, terminal } = context;
  const providers = (await openProviders(globals.project)).take();
  if (isErr(providers)) return failed(context, providers.error);
  if (providers.length === 0) {
    const hint = "without it people log in by passwords; the README shows how to write it";
    return failed(context, { ...noFile(oidcFile(globals.project)), hint });
  }
  const portal = await portalOf(context);
  const checked = await Promise.all(providers.map((one) => check(one, portal ?? PORTAL)));
  output.data({ providers: checked }, () => checkedText(checked, terminal.out));
  if (portal === undefined) {
    output.talk(
      "<port> is the one of `trellis start --portal-port <port>`; Trellis does not run now",
    );
  }
  return checked.some(({ problem }) => problem !== undefined) ? EXIT_CODE.failure : EXIT_CODE.ok;
}

async function check(provider: OidcProvider, portal: string): Promise<CheckedProvider> {
  const { name, issuer } = provider.settings;
  const answer = await provider.check();
  return {
    name,
    issuer,
    redirectUri: redirectUriOf(name, portal),
    ...(answer.isErr() ? { problem: answer.error.reason } : {}),
  };
}

/** Where the portal of this project is; undefined where it does not run. */
async function portalOf(context: CommandContext): Promise<string | undefined> {
  const server = (await serverOf(context)).take();
  // Another project's server says nothing of this one's portal.
  if (isErr(server) || server.keys === undefined) return undefined;
  const connected = (await connectCommand(context)).take();
  if (isErr(connected)) return undefined;
  await using link = connected;
  const url = (await readPortalAddress(link.messaging.connection)).take();
  return isErr(url) ? undefined : url;
}

function checkedText(checked: readonly CheckedProvider[], { style }: Screen): string {
  return checked.flatMap(({ name, issuer, redirectUri, problem }) => [
    problem === undefined
      ? `${style.green("✓")} ${name}  ${printable(issuer)} answers`
      : `${style.red("✗")} ${name}  ${printable(`${issuer}: ${problem}`)}`,
    `  register there: ${printable(redirectUri)}`,
  ]).join("\n");
}
