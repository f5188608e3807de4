import { ACCOUNT } from "../../nats_server/security/server_config.ts";
import type { ServerIdentity } from "../../nats_server/probe/probe_server.ts";
import { whyNotSecure } from "../../nats_server/probe/suitability.ts";
import { securityAdvice } from "../../../runtime/nats/server_version.ts";
import type { ServerFacts } from "./nats/server_facts.ts";

/** What was looked at. */
export type CheckName =
  | "version"
  | "tls"
  | "login"
  | "accounts"
  | "jetstream"
  | "callout"
  | "durability"
  | "websocket";

/** One thing that was looked at, and whether it is as it should be. */
export interface Finding {
  readonly check: CheckName;
  /** A `warning` is fine for development; `unknown` could not be seen. */
  readonly state: "ok" | "warning" | "problem" | "unknown";
  /** What is so, without a full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** What is known of a server before anybody logs in. */
export interface SeenServer {
  readonly identity: ServerIdentity;
  /** Whether clients reach it over this machine's loopback only. */
  readonly isLocal: boolean;
}

const REPLACE = "Replace its configuration by what `trellis infra config` prints, and restart it.";

/** Judges a server that nobody has logged in to. */
export function judgeSeen({ identity, isLocal }: SeenServer): readonly Finding[] {
  return [versionFinding(identity, isLocal), tlsFinding(identity, isLocal)];
}

/** Judges what was seen with the keys of the deployment. */
export function judgeFacts(facts: ServerFacts, isLocal: boolean): readonly Finding[] {
  return [
    loginFinding(facts),
    accountsFinding(facts),
    jetstreamFinding(facts),
    calloutFinding(facts),
    durabilityFinding(facts, isLocal),
    ...versionsFinding(facts),
  ];
}

function versionFinding(identity: ServerIdentity, isLocal: boolean): Finding {
  const check = "version";
  const unsuitable = whyNotSecure(identity);
  if (unsuitable?.code === "too_old") {
    const { reason, hint } = unsuitable;
    return { check, state: "problem", message: reason, hint };
  }
  const message = `nats-server ${identity.version}`;
  const advice = securityAdvice(identity.version);
  if (advice === undefined || isLocal) return { check, state: "ok", message };
  return { check, state: "warning", message, hint: advice };
}

/** Trellis goes by the version of the server that it is connected to, which may not be the one that stores. */
function versionsFinding({ servers }: ServerFacts): readonly Finding[] {
  if (new Set(servers.map(({ version }) => version)).size < 2) return [];
  return [{
    check: "version",
    state: "warning",
    message: servers.map(({ name, version }) => `${name} is ${version}`).join(", "),
    hint: "Upgrade all of them before you use what only the newer ones can do; leaf nodes last.",
  }];
}

/** The servers that keep the data: what leaf nodes keep is none of Trellis' business. */
function storingServers({ servers, domain }: ServerFacts): ServerFacts["servers"] {
  return servers.filter((server) => server.jetstream && server.domain === domain);
}

function tlsFinding({ tlsRequired, tlsAvailable }: ServerIdentity, isLocal: boolean): Finding {
  const check = "tls";
  if (tlsRequired) return { check, state: "ok", message: "clients must use TLS" };
  if (isLocal) return { check, state: "ok", message: "not needed on this machine alone" };
  return {
    check,
    state: "problem",
    message: tlsAvailable ? "clients may go without TLS" : "there is no TLS",
    hint: "Add a tls block with a certificate; `trellis infra config` shows where.",
  };
}

function loginFinding({ letsInAnybody }: ServerFacts): Finding {
  const check = "login";
  if (!letsInAnybody) {
    return { check, state: "ok", message: "who proves no key is not let in" };
  }
  const message = "everybody is let in, and may do everything";
  return { check, state: "problem", message, hint: REPLACE };
}

function accountsFinding({ accounts, leaks, letsInAnybody }: ServerFacts): Finding {
  const check = "accounts";
  const { platform, callouts, sys } = accounts;
  const logins = [
    ["the platform", platform, ACCOUNT.trellis],
    ...callouts.map((account) => ["the callout", account, ACCOUNT.callout] as const),
    ["the system's user", sys, ACCOUNT.system],
  ] as const;
  const refused = logins.filter(([, account]) => account === undefined).map(([who]) => who);
  if (refused.length > 0) {
    const message = `the keys of ${[...new Set(refused)].join(" and ")} are not let in`;
    const hint = "The server is configured with other keys: name the folder of its keys with " +
      "--keys, or print its configuration again with these.";
    return { check, state: "problem", message, hint };
  }
  const wrong = logins.filter(([, account, wanted]) => account !== wanted);
  if (wrong.length > 0) {
    const message = wrong.map(([who, account, wanted]) =>
      `${who} is in ${account}, not in ${wanted}`
    )
      .join("; ");
    return { check, state: letsInAnybody ? "unknown" : "problem", message, hint: REPLACE };
  }
  if (leaks) {
    const message = "messages pass from one account to another";
    const hint = `Take exports and imports away from ${ACCOUNT.callout} and ${ACCOUNT.system}.`;
    return { check, state: "problem", message, hint };
  }
  return { check, state: "ok", message: `${Object.values(ACCOUNT).join(", ")}, apart` };
}

function jetstreamFinding(facts: ServerFacts): Finding {
  const check = "jetstream";
  const { jetstreamProblem, servers, domain, accounts } = facts;
  if (accounts.platform === undefined) {
    return { check, state: "unknown", message: "JetStream cannot be seen without the right keys" };
  }
  if (jetstreamProblem !== undefined) {
    const message = `JetStream cannot be used: ${jetstreamProblem}`;
    const hint = `Add a jetstream block, and jetstream: enabled in ${ACCOUNT.trellis}.`;
    return { check, state: "problem", message, hint };
  }
  const count = storingServers(facts).length;
  const where = servers.length > 1 ? `, for ${count} of ${servers.length} servers` : "";
  const named = domain === undefined ? "" : `, in the domain ${domain}`;
  return { check, state: "ok", message: `JetStream is on${where}${named}` };
}

function calloutFinding({ callout, letsInAnybody }: ServerFacts): Finding {
  const check = "callout";
  if (letsInAnybody) {
    return { check, state: "unknown", message: "nobody is asked who may come in" };
  }
  if (callout === "admits") {
    return { check, state: "ok", message: "it answers, and knows the admin" };
  }
  if (callout === "refuses") {
    const message = "it answers, and does not let the admin in";
    const hint = "The Trellis process runs with other keys than these: give both the same folder.";
    return { check, state: "problem", message, hint };
  }
  const message = "nobody answers who may come in, so that nobody comes in";
  return {
    check,
    state: "problem",
    message,
    hint: "Start Trellis with these keys on this server.",
  };
}

function durabilityFinding(facts: ServerFacts, isLocal: boolean): Finding {
  const check = "durability";
  const storing = storingServers(facts);
  if (storing.length === 0) {
    return { check, state: "unknown", message: "sync_interval cannot be seen" };
  }
  const lax = storing.filter(({ syncsAlways }) => !syncsAlways).map(({ name }) => name);
  if (lax.length === 0) {
    return { check, state: "ok", message: "what is acknowledged is on the disk" };
  }
  return {
    check,
    state: isLocal ? "warning" : "problem",
    message: `a power cut loses what ${lax.join(", ")} acknowledged in the last minutes`,
    hint: "Set sync_interval: always in the jetstream block, and restart the server.",
  };
}
