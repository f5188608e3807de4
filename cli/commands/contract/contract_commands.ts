import {
  argument,
  type CommandSpec,
  defineCommand,
  manyArguments,
  option,
  optionalArgument,
  optionOr,
} from "../../command_line/command_spec.ts";
import { DIFF_FORMATS } from "../../program/command.ts";
import { DIFF_EXIT_CODE } from "../../program/exit_code.ts";
import { oneOf, path, text } from "../../command_line/value_type.ts";

/** Commands about contracts. */
export const contractCommands: readonly CommandSpec[] = [
  defineCommand({
    path: [
      "contract",
      "check",
      manyArguments("paths", path("path", "any"), "Projects or contract files (else --project)"),
    ],
    summary: "Report every mistake in contracts",
    example: "trellis contract check contracts/orders_service.ts",
    build: ({ paths }, { project }) => {
      return { kind: "contract_check", paths: paths.length > 0 ? paths : [project] };
    },
  }),
  defineCommand({
    path: [
      "contract",
      "build",
      optionalArgument("dir", path("dir", "directory"), "The project, instead of --project"),
    ],
    summary: "Bundle all contracts into one manifest",
    options: {
      out: option(path("file", "file"), "Where to write it (else .trellis/manifest.json)"),
    },
    example: "trellis contract build orders --out manifest.json",
    build: ({ dir, out }, { project }) => ({ kind: "contract_build", dir: dir ?? project, out }),
  }),
  defineCommand({
    path: ["contract", "digest", argument("file", path("file", "file"), "Contract or manifest")],
    summary: "Print the digest of a contract",
    example: "trellis contract digest contracts/orders_service.ts",
    build: ({ file }) => ({ kind: "contract_digest", file }),
  }),
  defineCommand({
    path: ["contract", "canonical", argument("file", path("file.json", "file"), "Any JSON file")],
    summary: "Print JSON in its canonical form",
    example: "trellis contract canonical .trellis/manifest.json",
    build: ({ file }) => ({ kind: "contract_canonical", file }),
  }),
  defineCommand({
    path: [
      "contract",
      "diff",
      argument("old", path("old", "file"), "The contract as it was: a file or a digest"),
      argument("now", path("new", "file"), "The contract as it is to be"),
    ],
    summary: "Tell the safe and the dangerous changes between two contracts",
    details: "Each is a contract file, a manifest (.json), or the digest of a contract in the " +
      "bundle of the project, .trellis/manifest.json. No server is asked. Ends with 0: no changes, " +
      "2: safe changes, 3: dangerous changes, 1: failed, also when the command line is wrong.",
    options: { format: optionOr(oneOf("format", DIFF_FORMATS), "text", "How to write it") },
    example: "trellis contract diff old.json contracts/orders_service.ts --format junit",
    usageExitCode: DIFF_EXIT_CODE.failure,
    build: (given, { project }) => ({ kind: "contract_diff", project, ...given }),
  }),
  defineCommand({
    path: ["explain", optionalArgument("code", text("code", "code"), "As kv.ttl.reduced, or kv")],
    summary: "Explain a code of a change, or list all codes",
    details: "Says what happens, why it is safe or dangerous, what can go wrong, and what to do.",
    example: "trellis explain kv.history.reduced",
    build: ({ code }) => ({ kind: "explain", code }),
  }),
];
