import { SHELLS } from "../../completion/shells.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  manyOption,
  option,
  optionalArgument,
  optionOr,
} from "../../command_line/command_spec.ts";
import { PAGE_ORIGIN } from "../../pages/page_origin.ts";
import { readWebSocketUrl } from "../../pages/web_socket_url.ts";
import { readPublicUrl } from "../../pages/public_address.ts";
import { EXIT_CODE } from "../../program/exit_code.ts";
import { withConnection } from "../../program/with_connection.ts";
import { duration, oneOf, path, text, wholeNumber } from "../../command_line/value_type.ts";

const dir = optionalArgument("dir", path("dir", "directory"), "The project, instead of --project");
const wait = option(
  duration("duration"),
  "Wait so long for a NATS server that is named, as 30s or 2m",
);
const portalPort = option(
  wholeNumber("port", 1, 65_535),
  "Where people log in, on 127.0.0.1 (else a free port)",
);
const portalUrl = option(
  { placeholder: "url", suggested: { kind: "nothing" }, read: readPublicUrl } as const,
  "Where people log in through a proxy that brings TLS; with --portal-port",
);
const consolePort = option(
  wholeNumber("port", 1, 65_535),
  "Where the Console is, on 127.0.0.1 (else as the last time)",
);
const noConsole = flag("Serve no Console");
const origin = manyOption(PAGE_ORIGIN, "Let web pages of this origin connect and log people in");
const websocketUrl = option(
  { placeholder: "url", suggested: { kind: "nothing" }, read: readWebSocketUrl } as const,
  "Where pages reach a NATS server that is named, as wss://nats.example.org",
);
const healthPort = option(
  wholeNumber("port", 0, 65_535),
  "Answer probes there: /livez, /readyz (0: a free port)",
);
const healthHost = option(
  text("address"),
  "The address of --health-port, as 0.0.0.0 in a container (else 127.0.0.1)",
);
const logFormat = option(
  oneOf("format", ["json", "text"]),
  "How it tells what happens (else json, text on a terminal)",
);
const drain = optionOr(
  duration("duration"),
  8000,
  "What is in work at the end may take so long",
);
const review = flag("Have a person decide every change, safe ones too");

/** Commands about a project as a whole. */
export const projectCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["init", argument("dir", path("dir", "directory"), "Where to put it; new or empty")],
    summary: "Scaffold a service",
    details: "Writes a contract, a handler, a schema and a test that run as they are.",
    options: {
      name: option(text("service"), "Name of the service (else from the directory)"),
      yes: flag("Ask nothing"),
    },
    example: "trellis init orders --yes",
    run: async (values, context) => (await import("./run_init.ts")).runInit(values, context),
  }),
  defineCommand({
    path: ["dev", dir],
    summary: "Run a project, reload it on every change",
    details: "Finds or starts NATS, accepts safe changes, reconciles, and runs every service. " +
      "Dangerous changes wait for `trellis svc <deployment> authority`.",
    options: {
      review,
      wait,
      portalPort,
      consolePort,
      noConsole,
      origin,
      websocketUrl,
      noWatch: flag("Do not reload when files change"),
      noTypes: flag("Reload without type-checking"),
    },
    example: "trellis dev orders",
    run: async ({ noWatch, noTypes, ...values }, context) => {
      const { runDev } = await import("./run_dev.ts");
      return await runDev({ ...values, watch: !noWatch, types: !noTypes, drain: 900 }, context);
    },
  }),
  defineCommand({
    path: ["start", dir],
    summary: "Run a project without watching its files",
    details: "Contracts that are not accepted yet are served as soon as they are.",
    options: {
      review,
      wait,
      portalPort,
      portalUrl,
      consolePort,
      noConsole,
      origin,
      websocketUrl,
      healthPort,
      healthHost,
      drain,
      logFormat,
    },
    isLogged: true,
    example: "trellis start orders --nats nats://10.0.0.5:4222 --wait 30s",
    run: async (values, context) =>
      (await import("./run_dev.ts")).runDev({ ...values, watch: false, types: false }, context),
  }),
  defineCommand({
    path: ["status"],
    summary: "Show what runs and what waits for a decision",
    example: "trellis status --json",
    run: (_, context) =>
      withConnection(
        context,
        async (link) => (await import("./run_status.ts")).runStatus(link, context),
      ),
  }),
  defineCommand({
    path: ["completion", argument("shell", oneOf("shell", SHELLS), SHELLS.join(", "))],
    summary: "Print a script that completes in your shell",
    details: "Needs `trellis` on the PATH.",
    example: 'eval "$(trellis completion bash)"',
    run: async ({ shell }, context) => {
      const { completionScript } = await import("../../completion/completion_script.ts");
      // The script is the data itself, with and without --json.
      context.terminal.out.exact(completionScript(shell));
      return EXIT_CODE.ok;
    },
  }),
];
