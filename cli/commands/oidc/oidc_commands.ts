import { type CommandSpec, defineCommand } from "../../command_line/command_spec.ts";

/** Commands about providers by which people log in. */
export const oidcCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["oidc", "check"],
    summary: "Check the providers by which people log in",
    details:
      "Reads oidc.json of the project, asks each provider for its addresses, and prints the redirect " +
      "address that must be registered there. Whether a client secret is right shows with a login.",
    example: "trellis oidc check",
    run: async (_, context) => (await import("./check_providers.ts")).checkProviders(context),
  }),
];
