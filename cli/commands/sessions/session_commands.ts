import { deployments, sessionTargets } from "../../completion/look_ups.ts";
import {
  argument,
  type CommandSpec,
  defineCommand,
  option,
  optionOr,
} from "../../command_line/command_spec.ts";
import { path, text, wholeNumber } from "../../command_line/value_type.ts";

const keys = option(
  path("dir", "directory"),
  "The folder with the keys of the deployment (else .trellis/keys)",
);

/** Commands about who is let in. */
export const sessionCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["sessions", "list"],
    summary: "List the sessions of a secured server",
    details:
      "A session is a key, and who its holder is. It is live while it has a connection. Without the keys " +
      "of the deployment, whoever has logged in sees their own, and an admin all that may come in.",
    options: {
      keys,
      of: option(
        text("session|principal", sessionTargets),
        "Only sessions under one name, as user:ada, or only this one",
      ),
    },
    example: "trellis sessions list --of user:ada",
    run: async (values, context) =>
      (await import("./list_sessions.ts")).listSessions(values, context),
  }),
  defineCommand({
    path: [
      "sessions",
      "add",
      argument("deployment", text("deployment", deployments), "Name of the deployment, as shop"),
    ],
    summary: "Let in instances of a service that runs elsewhere",
    details:
      "Prints the secret of a new key, once: Trellis keeps its public half only. The service takes it " +
      "from TRELLIS_SESSION_KEY_SEED, and may do what its accepted contract says, until the session " +
      "is revoked. Whoever makes the key where the service runs names its public half instead. " +
      "`trellis start --services-only` takes the seeds of its instances from a file that --out has written.",
    options: {
      keys,
      publicKey: option(text("key"), "Public half, U..., of a key that was made elsewhere"),
      count: optionOr(
        wholeNumber("number", 1, 256),
        1,
        "Let in so many, each with a key of its own",
      ),
      out: option(path("file", "file"), "Write the secrets there, one a line, and print none"),
    },
    example: "trellis sessions add shop",
    run: async (values, context) => (await import("./add_session.ts")).addSession(values, context),
  }),
  defineCommand({
    path: [
      "sessions",
      "revoke",
      argument(
        "target",
        text("session|principal", sessionTargets),
        "A session, as it is listed, or everybody's sessions under one name, as user:ada",
      ),
    ],
    summary: "Revoke a session, or all sessions of a principal",
    details:
      "Their connections are closed within a second, and their keys let nobody in any more. " +
      "The command ends when nobody can come in with an answer that was on its way, after two " +
      "seconds. A principal may log in again: that gives a new session. Without the keys of the " +
      "deployment, whoever has logged in ends their own.",
    options: { keys },
    example: "trellis sessions revoke user:ada",
    run: async (values, context) =>
      (await import("./revoke_sessions.ts")).revokeSessions(values, context),
  }),
  defineCommand({
    path: [
      "sessions",
      "disconnect",
      argument(
        "target",
        text("session|principal", sessionTargets),
        "A session, as it is listed, or everybody's sessions under one name, as user:ada",
      ),
    ],
    summary: "Close the connections of a session, which may come in again",
    details:
      "Its key stays good: whoever has it connects anew within a moment, and may do what they may then. " +
      "Requests that are on their way fail. Without the keys of the deployment, whoever has logged in " +
      "does so with their own.",
    options: { keys },
    example: "trellis sessions disconnect user:ada",
    run: async (values, context) =>
      (await import("./revoke_sessions.ts")).disconnectSessions(values, context),
  }),
];
