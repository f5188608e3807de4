import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  manyArguments,
  option,
  optionalArgument,
  optionOr,
} from "../../command_line/command_spec.ts";
import { changeCodes } from "../../completion/look_ups.ts";
import { DIFF_EXIT_CODE } from "../../program/exit_code.ts";
import { oneOf, path, text } from "../../command_line/value_type.ts";

/** How the difference of two contracts is written. */
const DIFF_FORMATS = ["text", "json", "github-actions", "junit"] as const;

/** Commands about contracts. */
export const contractCommands: readonly CommandSpec[] = [
  defineCommand({
    path: [
      "contract",
      "check",
      manyArguments("paths", path("path", "any"), "Projects or contract files (else --project)"),
    ],
    summary: "Report every mistake in contracts",
    details: "Also those that only the types show.",
    options: { noTypes: flag("Do not check types") },
    example: "trellis contract check contracts/orders_service.ts",
    run: async (values, context) =>
      (await import("./check_contracts.ts")).checkContracts(values, context),
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
    run: async (values, context) =>
      (await import("./build_contracts.ts")).buildContracts(values, context),
  }),
  defineCommand({
    path: ["contract", "digest", argument("file", path("file", "file"), "Contract or manifest")],
    summary: "Print the digest of a contract",
    example: "trellis contract digest contracts/orders_service.ts",
    run: async (values, context) =>
      (await import("./print_contract.ts")).printDigest(values, context),
  }),
  defineCommand({
    path: ["contract", "canonical", argument("file", path("file.json", "file"), "Any JSON file")],
    summary: "Print JSON in its canonical form",
    example: "trellis contract canonical .trellis/manifest.json",
    run: async (values, context) =>
      (await import("./print_contract.ts")).printCanonical(values, context),
  }),
  defineCommand({
    path: [
      "contract",
      "diff",
      argument("old", path("old", "any"), "The contract, or the project, as it was"),
      argument("now", path("new", "any"), "The contract, or the project, as it is to be"),
    ],
    summary: "Tell the safe and the dangerous changes between two contracts",
    details: "Each is a contract file, a manifest (.json, or - and pipes), the directory of a " +
      "project, a git revision of either, as HEAD~1 or HEAD~1:contracts/shop.ts, or the digest of " +
      "a contract in the project's bundle, .trellis/manifest.json. A revision alone stands for " +
      "what is named on the other side. No server is asked. Ends with 0: no changes, 2: safe " +
      "changes, 3: dangerous changes, 1: failed, also when the command line is wrong.",
    options: { format: optionOr(oneOf("format", DIFF_FORMATS), "text", "How to write it") },
    example: "trellis contract diff HEAD~1 . --format junit",
    usageExitCode: DIFF_EXIT_CODE.failure,
    run: async (values, context) =>
      (await import("./diff_contracts.ts")).diffContracts(values, context),
  }),
  defineCommand({
    path: [
      "explain",
      optionalArgument("code", text("code", changeCodes), "As kv.ttl.reduced, or kv"),
    ],
    summary: "Explain a code of a change, or list all codes",
    details: "Says what happens, why it is safe or dangerous, what can go wrong, and what to do.",
    example: "trellis explain kv.history.reduced",
    run: async (values, context) =>
      (await import("./explain_code.ts")).explainCode(values, context),
  }),
];
