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
import { failed } from "../../program/command_context.ts";
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
/** Of commands that something else than a person looks after. */
const observed = { healthPort, healthHost, logFormat };
/** Of commands that serve pages. */
const pages = { portalPort, portalUrl, consolePort, noConsole, origin, websocketUrl };
/** Milliseconds that what is in work may take at the end: Docker waits for ten seconds. */
const DRAIN_MS = 8000;
/** The same while somebody develops, and where no service runs. */
const QUICK_DRAIN_MS = 900;
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
      const how = { watch: !noWatch, types: !noTypes, drain: QUICK_DRAIN_MS };
      return await runDev({ ...values, ...how, name: "dev" }, context);
    },
  }),
  defineCommand({
    path: ["start", dir],
    summary: "Run a project without watching its files",
    details:
      "Contracts that are not accepted yet are served as soon as they are. With --services-only " +
      "it decides nothing and holds no key that lets others in: `trellis control` runs elsewhere, and each " +
      "instance connects with a seed of its own, which `trellis sessions add` makes.",
    options: {
      review,
      wait,
      ...pages,
      ...observed,
      drain: option(
        duration("duration"),
        "What is in work at the end may take so long (else 8s)",
      ),
      instances: optionOr(
        wholeNumber("number", 1, 256),
        1,
        "Run each service so many times, to use all cores",
      ),
      servicesOnly: flag("Run the services, and leave all decisions to `trellis control`"),
      seeds: option(
        path("dir", "directory"),
        "With --services-only: <deployment>.seed files (else .trellis/seeds)",
      ),
    },
    isLogged: true,
    example: "trellis start orders --nats nats://10.0.0.5:4222 --wait 30s --instances 4",
    run: async ({ servicesOnly, drain = DRAIN_MS, ...others }, context) => {
      const values = { ...others, drain };
      if (servicesOnly) return (await import("./run_services.ts")).runServices(values, context);
      if (values.seeds !== undefined) {
        return failed(context, {
          code: "usage",
          message: "--seeds is for --services-only",
          hint: "leave it away: this process lets in its services itself",
        });
      }
      return await (await import("./run_dev.ts")).runDev({ ...values, name: "start" }, context);
    },
  }),
  defineCommand({
    path: ["control", dir],
    summary: "Run the control plane alone, without any service",
    details:
      "Lets sessions in, accepts safe changes of the contracts in the project, reconciles what was " +
      "accepted, and serves the portal and the Console. Several of them share the work. Needs the keys " +
      "of the deployment in .trellis/keys of the project.",
    options: { review, wait, ...pages, ...observed },
    isLogged: true,
    example: "trellis control orders --nats tls://nats.example.org --portal-port 8080",
    run: async (values, context) => {
      const { runDev } = await import("./run_dev.ts");
      return await runDev({ ...values, name: "control", drain: QUICK_DRAIN_MS }, context);
    },
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
