import { isErr } from "../../../contracts/result.ts";
import { examineGivenServer } from "../../nats_server/probe/given_server.ts";
import {
  isLoopbackHost,
  parseServerUrl,
  withoutCredentials,
} from "../../nats_server/probe/server_url.ts";
import { keysFile, readKeyFolder } from "../../nats_server/security/key_folder.ts";
import { type CommandContext, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { serverOf } from "../../program/server_of_command.ts";
import { progress } from "../../terminal/progress.ts";
import { printable } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/terminal.ts";
import { type Finding, judgeFacts, judgeSeen } from "./judge_server.ts";
import { gatherWebSocketFacts, judgeWebSocket } from "./judge_web_socket.ts";
import { gatherServerFacts } from "./nats/server_facts.ts";
import { keysDirOf } from "./print_config.ts";

/** Looks at a running server, and says what is not as it should be. */
export async function checkServer(
  { keys: given, websocketUrl, origin }: {
    readonly keys: string | undefined;
    readonly websocketUrl: string | undefined;
    readonly origin: readonly string[];
  },
  context: CommandContext,
): Promise<ExitCode> {
  if (websocketUrl === undefined && origin.length > 0) {
    const message = "it is not said where pages of these origins connect";
    return failed(context, { code: "usage", message, hint: "name it with --websocket-url" });
  }
  const server = (await serverOf(context)).take();
  if (isErr(server)) return failed(context, server.error);
  const { url } = server;
  const identity = (await examineGivenServer(url)).take();
  if (isErr(identity)) return failed(context, identity.error);
  const dir = keysDirOf(given, context);
  const keys = (await readKeyFolder(dir)).take();
  if (isErr(keys)) return failed(context, keys.error);
  if (keys === undefined) {
    const hint = "name the folder with --keys; `trellis infra config` makes keys";
    return failed(context, { code: "not_found", message: `there is no ${keysFile(dir)}`, hint });
  }
  const { terminal, globals } = context;
  // Where nobody answers the server, each of its refusals takes two seconds.
  using work = progress(
    terminal,
    `looking at ${withoutCredentials(url)}`,
    globals.quiet || !terminal.err.isTerminal,
  );
  const facts = (await gatherServerFacts(url, keys)).take();
  if (isErr(facts)) {
    work[Symbol.dispose]();
    return failed(context, facts.error);
  }
  const isLocal = isLoopback(url);
  const findings = [
    ...judgeSeen({ identity, isLocal }),
    ...judgeFacts(facts, isLocal),
    ...await pageFindings(websocketUrl, origin),
  ];
  work[Symbol.dispose]();
  const shown = withoutCredentials(url);
  context.output.data(
    { nats: shown, findings },
    () => findingsText(findings, context.terminal.out),
  );
  return findings.some(({ state }) => state === "problem") ? EXIT_CODE.failure : EXIT_CODE.ok;
}

async function pageFindings(
  url: string | undefined,
  origins: readonly string[],
): Promise<readonly Finding[]> {
  if (url === undefined) return [];
  const isLocal = isLoopbackHost(new URL(url).hostname);
  return [judgeWebSocket(await gatherWebSocketFacts({ url, isLocal, origins }))];
}

/** True when every address is one of this machine alone. */
function isLoopback(url: string): boolean {
  const addresses = parseServerUrl(url).take();
  return !isErr(addresses) &&
    addresses.every(({ host }) => isLoopbackHost(host));
}

function findingsText(findings: readonly Finding[], { style }: Screen): string {
  const marks = {
    ok: style.green("✓"),
    warning: style.yellow("!"),
    problem: style.red("✗"),
    unknown: style.dim("?"),
  };
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings.flatMap(({ check, state, message, hint }) => [
    `${marks[state]} ${check.padEnd(width)}  ${printable(message)}`,
    ...(hint === undefined || state === "ok" ? [] : [`  ${" ".repeat(width)}  ${printable(hint)}`]),
  ]).join("\n");
}
