import { type CommandSpec, defineCommand, option } from "../../command_line/command_spec.ts";
import { text } from "../../command_line/value_type.ts";

/** Commands about who the person at this machine is. */
export const loginCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["login"],
    summary: "Log in to a secured server, as a user of it",
    details:
      "Prints a link and a code; open the link in a browser, and compare the code there. Commands " +
      "about this server use the login from then on, for seven days, except inside a project that " +
      "has its keys.",
    options: {
      url: option(text("url"), "Address of the portal (else the server says it)"),
    },
    example: "trellis login --nats nats://127.0.0.1:4222",
    run: async (values, context) => (await import("./run_login.ts")).runLogin(values, context),
  }),
  defineCommand({
    path: ["logout"],
    summary: "End the login at a server",
    example: "trellis logout",
    run: async (_, context) => (await import("./run_logout.ts")).runLogout(context),
  }),
  defineCommand({
    path: ["whoami"],
    summary: "Show who commands act as, at which server",
    example: "trellis whoami --json",
    run: async (_, context) => (await import("./run_whoami.ts")).runWhoami(context),
  }),
];
