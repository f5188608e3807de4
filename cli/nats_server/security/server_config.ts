import type { ServerKeys } from "./key_material.ts";

/** The accounts of a secured server, by name. They see nothing of each other. */
export const ACCOUNT = {
  /** Those who answer whether somebody may come in; nobody else. */
  callout: "AUTH",
  /** Everybody else, and all data. */
  trellis: "TRELLIS",
  /** Lists connections and closes them. */
  system: "SYS",
} as const;

/** Seconds that the server waits for the answer whether somebody may come in. */
const ANSWER_TIMEOUT_S = 2;

/** Whom the server lets in by itself, and whom it asks about everybody else. */
function accounts({ callouts, platform, sys }: ServerKeys): string {
  // Each account on lines of its own: several on one line are not read.
  return `accounts {
  ${ACCOUNT.callout} {
    users: [ ${callouts.map(user).join(", ")} ]
  }
  ${ACCOUNT.trellis} {
    jetstream: enabled
    users: [ ${user(platform)} ]
  }
  ${ACCOUNT.system} {
    users: [ ${user(sys)} ]
  }
}
system_account: ${ACCOUNT.system}`;
}

function user(key: string): string {
  return `{ nkey: ${key} }`;
}

function authorization({ issuer, xkey, callouts, platform, sys }: ServerKeys): string {
  return `authorization {
  timeout: ${ANSWER_TIMEOUT_S}
  auth_callout {
    issuer: ${issuer}
    account: ${ACCOUNT.callout}
    xkey: ${xkey}
    auth_users: [ ${[...callouts, platform, sys].join(", ")} ]
  }
}`;
}

/** Each refused connection writes three lines: without a bound anybody could fill the disk. */
const LOG_LIMITS = `logfile_size_limit: 1MB
logfile_max_num: 2`;

/** The configuration of a server on this machine that Trellis starts itself; port, store and log are arguments. */
export function embeddedServerConfig(keys: ServerKeys): string {
  return `${accounts(keys)}
${authorization(keys)}
${LOG_LIMITS}
`;
}

/** What a production server's owner may choose. */
export interface ProductionSettings {
  /** The certificate that the server shows. */
  readonly certificate: string;
  /** The certificate's private key. */
  readonly certificateKey: string;
  /** Where JetStream keeps its data. */
  readonly store: string;
  /** Where the server logs to. */
  readonly log: string;
  /** Origins of the pages that may connect, as `https://app.example.com`; none: no WebSockets. */
  readonly origins: readonly string[];
}

/** The configuration of a production server, with a word about each part. It holds no secret. */
export function productionServerConfig(keys: ServerKeys, settings: ProductionSettings): string {
  const { certificate, certificateKey, store, log, origins } = settings;
  return `# A NATS server for Trellis. Start it with: nats-server -c <this file>
# All keys in here are public ones. After a change of accounts or authorization, restart the server:
# a reload does not take it.

listen: "0.0.0.0:4222"

# Clients must use TLS: replace both paths by those of your certificate.
tls {
  cert_file: ${quoted(certificate)}
  key_file: ${quoted(certificateKey)}
  timeout: 5
}

# "always" writes to the disk before the server says that a message is stored. Without it, a power cut
# loses what was stored in the last two minutes. Set max_file_store to what the disk has to spare.
jetstream {
  store_dir: ${quoted(store)}
  sync_interval: always
  max_memory_store: 256MB
  max_file_store: 10GB
}

# What one client may cost the others.
max_connections: 20000
max_payload: 1MB
max_pending: 64MB
write_deadline: "10s"
ping_interval: "20s"
ping_max: 3

# Each refused connection writes three lines: without a bound anybody could fill the disk.
log_file: ${quoted(log)}
logfile_size_limit: 100MB
logfile_max_num: 5

# ${ACCOUNT.callout}: the Trellis processes, where they answer who may come in. ${ACCOUNT.trellis}: everybody else, and all
# data. ${ACCOUNT.system}: where Trellis lists connections and closes those of revoked sessions.
${accounts(keys)}

# The server asks Trellis about everybody but the keys in auth_users, which are Trellis' own. The question
# is encrypted for xkey, and the answer is signed by issuer. Without an answer nobody else comes in.
${authorization(keys)}

${websocket(origins, settings)}`;
}

function websocket(origins: readonly string[], settings: ProductionSettings): string {
  const { certificate, certificateKey } = settings;
  const lines = [
    "websocket {",
    '  listen: "0.0.0.0:8443"',
    `  allowed_origins: [ ${origins.map(quoted).join(", ") || '"https://app.example.com"'} ]`,
    "  tls {",
    `    cert_file: ${quoted(certificate)}`,
    `    key_file: ${quoted(certificateKey)}`,
    "  }",
    "}",
  ];
  const what =
    "# For apps in browsers: only pages of these origins may connect. `trellis infra check " +
    "--websocket-url`\n# tries it, with --origin for each.";
  const block = origins.length > 0 ? lines : lines.map((line) => `# ${line}`);
  return `${[what, ...block].join("\n")}\n`;
}

/** A text as the configuration's language writes it. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
