import {
  type CommandSpec,
  defineCommand,
  manyOption,
  option,
  optionOr,
} from "../../command_line/command_spec.ts";
import { path } from "../../command_line/value_type.ts";
import { PAGE_ORIGIN } from "../../pages/page_origin.ts";
import { readWebSocketUrl } from "../../pages/web_socket_url.ts";

const keys = option(
  path("dir", "directory"),
  "The folder with the keys of the deployment (else .trellis/keys)",
);

/** Commands about the NATS server of a deployment. */
export const infraCommands: readonly CommandSpec[] = [
  defineCommand({
    path: ["infra", "config"],
    summary: "Print the configuration of a production NATS server",
    details: "Comments say what each part is for. It holds public keys only. Keys are made when " +
      "there are none: their folder is secret, and the Trellis processes of the deployment need it.",
    options: {
      keys,
      tlsCert: optionOr(
        path("file", "file"),
        "/etc/nats/tls/server.crt",
        "The server's certificate",
      ),
      tlsKey: optionOr(path("file", "file"), "/etc/nats/tls/server.key", "The certificate's key"),
      store: optionOr(path("dir", "directory"), "/var/lib/nats", "Where JetStream keeps its data"),
      log: optionOr(path("file", "file"), "/var/log/nats/nats.log", "Where the server logs to"),
      origin: manyOption(
        PAGE_ORIGIN,
        "Let pages of this origin connect, as https://app.example.com",
      ),
    },
    example: "trellis infra config --keys /etc/trellis/keys --origin https://app.example.com",
    run: async (values, context) =>
      (await import("./print_config.ts")).printConfig(values, context),
  }),
  defineCommand({
    path: ["infra", "check"],
    summary: "Check that a running NATS server is safe for Trellis",
    details: "Looks at version, TLS, logins, accounts, JetStream, the auth callout, and whether " +
      "what is acknowledged is on the disk; with --websocket-url also at what pages meet there. " +
      "Says how to mend what is not as it should be. Ends with 1 when something is not.",
    options: {
      keys,
      websocketUrl: option(
        { placeholder: "url", suggested: { kind: "nothing" }, read: readWebSocketUrl } as const,
        "Where pages reach the server, as wss://nats.example.com:8443",
      ),
      origin: manyOption(PAGE_ORIGIN, "Pages of this origin are to be let in there"),
    },
    example: "trellis infra check --nats tls://nats.example.com --keys /etc/trellis/keys",
    run: async (values, context) =>
      (await import("./check_server.ts")).checkServer(values, context),
  }),
];
