import {
  argument,
  type CommandSpec,
  defineCommand,
  manyArguments,
  option,
  optionalArgument,
} from "./command_spec.ts";
import { path } from "./value_type.ts";

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
];
