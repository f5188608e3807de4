import { SHELLS } from "../../program/command.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
  optionalArgument,
} from "../../command_line/command_spec.ts";
import { oneOf, path, text } from "../../command_line/value_type.ts";

const dir = optionalArgument("dir", path("dir", "directory"), "The project, instead of --project");
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
    build: ({ dir, yes, name }) => ({ kind: "init", dir, yes, name }),
  }),
  defineCommand({
    path: ["dev", dir],
    summary: "Run a project, reload it on every change",
    details: "Finds or starts NATS, accepts safe changes, reconciles, and runs every service. " +
      "Dangerous changes wait for `trellis svc <deployment> authority`.",
    options: { review, noWatch: flag("Do not reload when files change") },
    example: "trellis dev orders",
    build: ({ dir, review, noWatch }, { project }) => {
      return { kind: "dev", dir: dir ?? project, review, watch: !noWatch };
    },
  }),
  defineCommand({
    path: ["start", dir],
    summary: "Run a project without watching its files",
    options: { review },
    example: "trellis start orders --nats nats://10.0.0.5:4222",
    build: ({ dir, review }, { project }) => ({ kind: "start", dir: dir ?? project, review }),
  }),
  defineCommand({
    path: ["status"],
    summary: "Show what runs and what waits for a decision",
    example: "trellis status --json",
    build: () => ({ kind: "status" }),
  }),
  defineCommand({
    path: ["completion", argument("shell", oneOf("shell", SHELLS), SHELLS.join(", "))],
    summary: "Print a script that completes in your shell",
    details: "Needs `trellis` on the PATH.",
    example: 'eval "$(trellis completion bash)"',
    build: ({ shell }) => ({ kind: "completion", shell }),
  }),
];
