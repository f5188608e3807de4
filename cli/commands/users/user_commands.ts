import {
  argument,
  type CommandSpec,
  defineCommand,
  flag,
  option,
} from "../../command_line/command_spec.ts";
import { text } from "../../command_line/value_type.ts";
import { userNames } from "../../completion/look_ups.ts";

const user = argument("user", text("user", userNames), "Name of the user, or their id");

const password = {
  passwordPrompt: flag("Ask for the password, twice, at this terminal"),
  passwordStdin: flag("Read the password from standard input"),
};

/** Commands about people who log in. */
export const userCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["users", "add", argument("user", text("user"), "Name to log in with, as ada")],
    summary: "Add somebody who may log in",
    details:
      "Prints a link, good once and for a day, where they choose a password; or takes the password " +
      "that you choose. A user may do what `trellis grants add user:ada` gives them, an admin everything.",
    options: {
      display: option(text("text"), 'Name as people read it, as "Ada Lovelace"'),
      admin: flag("May do everything"),
      ...password,
    },
    example: 'trellis users add ada --display "Ada Lovelace"',
    run: async (values, context) => (await import("./add_user.ts")).addUser(values, context),
  }),
  defineCommand({
    path: ["users", "list"],
    summary: "List who may log in",
    example: "trellis users list",
    run: async (_, context) => (await import("./list_users.ts")).listUsers(context),
  }),
  defineCommand({
    path: ["users", "disable", user],
    summary: "Let a user in no more, and close what they have open",
    details:
      "Their connections are closed within a second, or within ten minutes while no Trellis process " +
      "runs. Their sessions and grants stay, and count again when they are enabled; links that they " +
      "were given do not.",
    example: "trellis users disable ada",
    run: async ({ user }, context) =>
      (await import("./switch_user.ts")).switchUser("disable", user, context),
  }),
  defineCommand({
    path: ["users", "enable", user],
    summary: "Let a user in again",
    example: "trellis users enable ada",
    run: async ({ user }, context) =>
      (await import("./switch_user.ts")).switchUser("enable", user, context),
  }),
  defineCommand({
    path: ["users", "rename", user, argument("name", text("user"), "The name from now on")],
    summary: "Give a user another name to log in with",
    details:
      "They stay who they are: sessions, grants and what is kept of them go on. The name before is free.",
    example: "trellis users rename ada ada-lovelace",
    run: async (values, context) => (await import("./rename_user.ts")).renameUser(values, context),
  }),
  defineCommand({
    path: ["users", "admin", "give", user],
    summary: "Let a user do everything",
    details: "They act as an admin when they log in the next time.",
    example: "trellis users admin give ada",
    run: async ({ user }, context) =>
      (await import("./switch_admin.ts")).switchAdmin("give", user, context),
  }),
  defineCommand({
    path: ["users", "admin", "take", user],
    summary: "Let a user do what is granted to them, and no more",
    details:
      "What they have open as an admin ends, and their signatures count no more. The last admin who can " +
      "log in stays one.",
    example: "trellis users admin take ada",
    run: async ({ user }, context) =>
      (await import("./switch_admin.ts")).switchAdmin("take", user, context),
  }),
  defineCommand({
    path: ["users", "remove", user],
    summary: "Remove a user for good",
    details:
      "Says what goes with them, and asks. Their sessions and those of agents that act for them end, as " +
      "with `disable`, and their grants. The audit history stays, and so does what services and apps " +
      "keep of them: `trellis state ls --user` with their id, which is said, lists what apps do, and " +
      "`trellis state rm` deletes it. Their name is free then; whoever gets it is somebody else. The " +
      "last admin who can log in is not removed.",
    options: { yes: flag("Do not ask") },
    example: "trellis users remove ada",
    run: async (values, context) => (await import("./remove_user.ts")).removeUser(values, context),
  }),
  defineCommand({
    path: ["users", "reset-password", user],
    summary: "End a user's password, for another one",
    details:
      "Prints a link, good once and for a day, where they choose another password; or takes the one " +
      "that you choose. The old one is good for nothing from then on. Sessions that are open stay: " +
      "`trellis sessions revoke user:ada` ends them.",
    options: password,
    example: "trellis users reset-password ada",
    run: async (values, context) =>
      (await import("./reset_password.ts")).resetPassword(values, context),
  }),
];
