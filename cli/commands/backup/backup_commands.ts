import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
} from "../../command_line/command_spec.ts";
import { path, wholeNumber } from "../../command_line/value_type.ts";

const dir = argument("dir", path("dir", "directory"), "The folder of the backup");
const keys = option(
  path("dir", "directory"),
  "The folder with the keys of the deployment (else .trellis/keys)",
);

/** Commands that keep data elsewhere. */
export const backupCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["backup", dir],
    summary: "Copy all data of Trellis to files",
    details:
      "Streams with their consumers, and Trellis' own records, by the server's own snapshots, while others " +
      "write: each stream is as it was at one moment, and they are not of the same one. The keys of the " +
      "deployment are not in it.",
    options: { keys },
    example: "trellis backup /var/backups/trellis/2026-03-01",
    run: async (values, context) => (await import("./run_backup.ts")).runBackup(values, context),
  }),
  defineCommand({
    path: ["restore", dir],
    summary: "Restore a backup onto a server that has no data of Trellis",
    details:
      "All files are verified before the first stream is made. Start the server alone: a Trellis process " +
      "makes records of its own, and then nothing is restored.",
    options: {
      keys,
      resume: flag("Go on with a restore that was interrupted"),
      replicas: option(
        wholeNumber("number", 1, 5),
        "Servers that keep each stream at most (else as before)",
      ),
    },
    example: "trellis restore /var/backups/trellis/2026-03-01 --nats tls://nats:4222",
    run: async (values, context) => (await import("./run_backup.ts")).runRestore(values, context),
  }),
];
